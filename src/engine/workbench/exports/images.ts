import { imagesAtOnce } from '../../data/amounts';
import { toImageTile } from '../../data/dataset';
import type { ImageSupply } from '../../data/imageSupply';
import { png } from '../../export/png';
import { zip, type ArchiveFile } from '../../export/zip';
import type { Exporter } from './exporter';

/** Synthetic images of each class that go along, and bytes of all, before they are packed, where these are too many. */
const SYNTHETIC_PER_CLASS = 20;
const MOST_BYTES = 2 ** 27;

/** Calibration and synthetic images as PNGs in folders by class, with their labels in a table. */
export const exportImages: Exporter = async ({ source, pause }) => {
  const { definition } = source.network;
  const { inputShape, normalization, numClasses } = definition;
  const names = definition.classNames ?? Array.from({ length: numClasses }, (_, c) => `class ${c}`);
  const folder = (c: number) => `${String(c).padStart(3, '0')}-${names[c].replace(/[^\p{L}\p{N}.-]+/gu, '-')}`;
  const values = inputShape.reduce((a, b) => a * b, 1);
  const archive: ArchiveFile[] = [];
  const table = ['file,label,class,kind'];
  const add = async (kind: 'calibration' | 'synthetic', supply: ImageSupply, [from, to]: [number, number]) => {
    const { labels } = supply;
    const count = labels.length;
    const passes = Math.ceil(count / imagesAtOnce(values));
    const ofClass = new Map<number, number>();
    const nth = [...labels].map((label) => {
      const before = ofClass.get(label) ?? 0;
      ofClass.set(label, before + 1);
      return before;
    });
    for (let pass = 0; pass < passes; pass++) {
      // Of many classes at a time: see `syntheticSupply`.
      const places = Array.from({ length: count }, (_, i) => i).filter((i) => i % passes === pass);
      const images = supply.at(places);
      const pixels = (await images.data().finally(() => images.dispose())) as Float32Array;
      const { width, height, rgba } = toImageTile(pixels, inputShape, normalization);
      for (const [i, place] of places.entries()) {
        const c = labels[place];
        const name = `${kind}/${folder(c)}/${String(nth[place]).padStart(3, '0')}.png`;
        archive.push({
          name,
          bytes: png(rgba.subarray(i * width * height * 4, (i + 1) * width * height * 4), width, height),
        });
        table.push(`${name},${c},"${names[c].replaceAll('"', '""')}",${kind}`);
      }
      await pause(from + ((to - from) * (pass + 1)) / passes);
    }
    return count;
  };
  const calibration = await add('calibration', source.calibration, [0, 0.3]);
  const fitting = Math.max(1, Math.min(SYNTHETIC_PER_CLASS, Math.floor(MOST_BYTES / (numClasses * values))));
  const generated = source.syntheticImages(fitting);
  const synthetic = generated ? await add('synthetic', generated, [0.3, 1]) : 0;
  archive.push({ name: 'labels.csv', bytes: new TextEncoder().encode(`${table.join('\r\n')}\r\n`) });
  return {
    files: [{ name: 'images.zip', bytes: zip(archive) }],
    fullBytes: null,
    check: null,
    images: { calibration, synthetic },
  };
};
