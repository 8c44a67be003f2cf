import { toCsv } from './csv';
import type { SvgPicture } from './svg';
import type { Origin, Thing } from './things';
import { fileName } from './things';

export type Format = 'svg' | 'png' | 'csv';

/** The picture in pixels, `times` as fine as it is large. */
async function rasterize({ svg, width, height }: SvgPicture, times: number): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image(width, height);
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [width * times, height * times];
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await toBlob(canvas);
  } finally {
    URL.revokeObjectURL(url);
  }
}

export const toBlob = (canvas: HTMLCanvasElement): Promise<Blob> =>
  new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('The browser made no image of a canvas.'))),
      'image/png',
    ),
  );

/** Hands a file to the browser. */
export function download(name: string, blob: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser reads it after the click has been dealt with.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Makes a thing in a format and hands it to the browser as a file. */
export async function save(thing: Thing, format: Format, origin: Origin): Promise<void> {
  let blob: Blob;
  switch (thing.kind) {
    case 'picture': {
      const picture = await thing.make(origin);
      blob = format === 'svg' ? new Blob([picture.svg], { type: 'image/svg+xml' }) : await rasterize(picture, 2);
      break;
    }
    case 'table':
      blob = new Blob([toCsv(await thing.make())], { type: 'text/csv;charset=utf-8' });
      break;
    case 'image':
      blob = await thing.make(origin);
  }
  download(fileName(thing.file, origin, format), blob);
}
