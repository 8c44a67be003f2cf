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

/** Pictures and what holds pictures; everything else is taken for a network. */
export const areImages = (files: readonly ChosenFile[]): boolean =>
  files.some(({ path }) => /\.(zip|parquet|png|jpe?g)$/i.test(path)) &&
  !files.some(({ path }) => /\.(onnx|safetensors)$|(^|\/)model\.json$/i.test(path));
