/** The flags that name a network and images of one's own, for `npm run experiment` and `npm run export`. */
import type { OwnPlace } from './source';

export const OWN_HELP = `  --network FILES...     any network that the page opens: its files or their folder
  --images FILES...      labelled images that the page opens: a folder, an archive, or files
    --mean A,B,C --std A,B,C  the network is fed (pixel / 255 - mean) / std
    --output NAME, --size H,W  which of several outputs; size of the images, where the network leaves it open
    --label COLUMN       which column of a table holds the labels`;

const LISTS = ['network', 'images'];
const SINGLES = ['mean', 'std', 'output', 'size', 'label'];

/**
 * Takes these flags out of the command line.
 *
 * @param isList whether the words after a flag are files: elsewhere the flag is another's
 * @returns `own` null where neither network nor images are named
 * @throws Error with a sentence for the user
 */
export function takeOwn(
  argv: readonly string[],
  isList: (name: string, words: readonly string[]) => boolean = () => true,
): { own: OwnPlace | null; rest: string[] } {
  const lists: Record<string, string[]> = { network: [], images: [] };
  const singles: Record<string, string> = {};
  const rest: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const [, name = '', , inline] = /^--([a-z]+)(=(.*))?$/s.exec(argv[i]) ?? [];
    const end = argv.findIndex((word, at) => at > i && word.startsWith('--'));
    const words = inline === undefined ? argv.slice(i + 1, end < 0 ? argv.length : end) : [inline];
    if (LISTS.includes(name) && isList(name, words)) {
      if (words.length === 0) throw new Error(`--${name} needs files or a folder.`);
      lists[name].push(...words);
    } else if (SINGLES.includes(name)) {
      if (words.length !== 1) throw new Error(`--${name} needs one value.`);
      singles[name] = words[0];
    } else {
      rest.push(argv[i]);
      continue;
    }
    if (inline === undefined) i += words.length;
  }
  const { network, images } = lists;
  if (network.length + images.length === 0) {
    const [alone] = Object.keys(singles);
    if (alone) throw new Error(`--${alone} belongs to --network or --images.`);
    return { own: null, rest };
  }
  const { mean, std, size, output, label } = singles;
  if ((mean === undefined) !== (std === undefined)) throw new Error('--mean and --std belong together.');
  return {
    own: {
      network,
      images,
      options: {
        ...(output === undefined ? {} : { output }),
        ...(size === undefined ? {} : { imageSize: numbers('size', size, 2) as [number, number] }),
        ...(mean === undefined ? {} : { normalization: { mean: numbers('mean', mean), std: numbers('std', std) } }),
      },
      ...(label === undefined ? {} : { label }),
    },
    rest,
  };
}

function numbers(name: string, text: string, count?: number): number[] {
  const values = text.split(',').map(Number);
  if (values.some((value) => !Number.isFinite(value)) || (count !== undefined && values.length !== count))
    throw new Error(`--${name} takes ${count ?? 'some'} numbers with commas between them, not "${text}".`);
  return values;
}
