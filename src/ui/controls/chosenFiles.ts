/** Files as they were chosen or dropped, with the folders around them. */
import type { ChosenFile } from '../../state/playgroundState';

export const fromInput = (files: FileList | null): ChosenFile[] =>
  [...(files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));

/** All files of what was dropped, also those in folders. */
export async function fromDrop({ items }: DataTransfer): Promise<ChosenFile[]> {
  // All at once: the list is empty after the first wait.
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  return (await Promise.all(entries.map((entry) => filesIn(entry, '')))).flat();
}

async function filesIn(entry: FileSystemEntry, around: string): Promise<ChosenFile[]> {
  const path = around + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ path, file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: ChosenFile[] = [];
  for (;;) {
    // At most a hundred come at a time.
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return found;
    found.push(...(await Promise.all(part.map((each) => filesIn(each, `${path}/`)))).flat());
  }
}

const NETWORK = /\.(onnx|safetensors|h5|hdf5|keras|pb|pt|pth|ckpt|pkl|tflite)$|(^|\/)model\.json$/i;
/** Pictures, archives and tables of them, lists of labels, and the binary files of CIFAR and MNIST. */
const IMAGES =
  /\.(zip|tar|tgz|gz|bz2|xz|zst|7z|rar|parquet|png|jpe?g|jfif|gif|bmp|webp|avif|csv|tsv)$|idx\d|ubyte$|(^|\/)((data|test)_batch(_\d+)?|train|test)\.bin$/i;

/** Whether files are images, by their names; everything else is taken for a network. */
export const areImages = (files: readonly ChosenFile[]): boolean =>
  files.some(({ path }) => IMAGES.test(path)) && !files.some(({ path }) => NETWORK.test(path));

/** The file of a saved session, where it is one. */
export const sessionIn = (files: readonly ChosenFile[]): File | null =>
  files.length === 1 && /\.fdda$/i.test(files[0].path) ? files[0].file : null;
