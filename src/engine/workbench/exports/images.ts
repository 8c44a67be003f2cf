import { toImageTile } from '../../data/dataset';
import { png } from '../../export/png';
import { zip, type ArchiveFile } from '../../export/zip';
import type { Exporter } from './exporter';

/** Synthetic images of each class that go along. */
const SYNTHETIC_PER_CLASS = 20;

/** Calibration and synthetic images as PNGs in folders by class, with their labels in a table. */
export const exportImages: Exporter = async ({ source, pause }) => {
  const { definition } = source.network;
  const { inputShape, normalization, numClasses } = definition;
  const names = definition.classNames ?? Array.from({ length: numClasses }, (_, c) => `class ${c}`);
  const folder = (c: number) => `${String(c).padStart(3, '0')}-${names[c].replace(/[^\p{L}\p{N}.-]+/gu, '-')}`;
  const archive: ArchiveFile[] = [];
  const table = ['file,label,class,kind'];
  const add = (kind: 'calibration' | 'synthetic', values: Float32Array) => {
    const { count, width, height, rgba } = toImageTile(values, inputShape, normalization);
    const perClass = count / numClasses;
    for (let i = 0; i < count; i++) {
      const c = Math.floor(i / perClass);
      const name = `${kind}/${folder(c)}/${String(i % perClass).padStart(3, '0')}.png`;
      const pixels = rgba.subarray(i * width * height * 4, (i + 1) * width * height * 4);
      archive.push({ name, bytes: png(pixels, width, height) });
      table.push(`${name},${c},"${names[c].replaceAll('"', '""')}",${kind}`);
    }
    return count;
  };
  const calibration = add('calibration', (await source.calibrationImages.data()) as Float32Array);
  await pause(0.3);
  const generated = source.syntheticImages(SYNTHETIC_PER_CLASS);
  const values = generated && ((await generated.data().finally(() => generated.dispose())) as Float32Array);
  const synthetic = values ? add('synthetic', values) : 0;
  await pause(1);
  archive.push({ name: 'labels.csv', bytes: new TextEncoder().encode(`${table.join('\r\n')}\r\n`) });
  return {
    files: [{ name: 'images.zip', bytes: zip(archive) }],
    fullBytes: null,
    check: null,
    images: { calibration, synthetic },
  };
};
