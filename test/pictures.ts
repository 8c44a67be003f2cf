/** Pictures and archives for tests. */
import { deflateSync } from 'node:zlib';

/** A grey picture as PNG, without checksums. */
export function greyPng(size: number, grey: (x: number, y: number) => number): Uint8Array<ArrayBuffer> {
  const rows = Array.from({ length: size }, (_, y) => [
    0,
    ...Array.from({ length: size }, (_x, x) => grey(x, y) & 255),
  ]);
  const chunk = (kind: string, body: Uint8Array) => {
    const bytes = new Uint8Array(12 + body.length);
    new DataView(bytes.buffer).setUint32(0, body.length);
    bytes.set(
      [...kind].map((letter) => letter.charCodeAt(0)),
      4,
    );
    bytes.set(body, 8);
    return bytes;
  };
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, size);
  new DataView(header.buffer).setUint32(4, size);
  header[8] = 8;
  const parts = [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Uint8Array.from(rows.flat()))),
    chunk('IEND', new Uint8Array(0)),
  ];
  return new Uint8Array(Buffer.concat(parts));
}

/** So many pictures of each class, each class of another brightness. */
export const classPictures = (classes: number, each: number, size: number) =>
  Array.from({ length: classes * each }, (_, i) => {
    const label = i % classes;
    const bytes = greyPng(size, (x, y) => 20 * label + 7 * x + 3 * y + i);
    return { name: `digits/kind ${String(label).padStart(2, '0')}/${i}.png`, bytes };
  });

/** A zip archive, stored, without checksums. */
export function zipOf(files: { name: string; bytes: Uint8Array }[]): Uint8Array<ArrayBuffer> {
  const header = (signature: number, length: number, fields: [at: number, value: number, size: 2 | 4][]) => {
    const bytes = new Uint8Array(length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, signature, true);
    for (const [at, value, size] of fields) {
      if (size === 2) view.setUint16(at, value, true);
      else view.setUint32(at, value, true);
    }
    return [...bytes];
  };
  const [local, central]: [number[], number[]] = [[], []];
  for (const { name, bytes } of files) {
    const path = [...new TextEncoder().encode(name)];
    const { length } = bytes;
    central.push(
      ...header(0x02014b50, 46, [
        [20, length, 4],
        [24, length, 4],
        [28, path.length, 2],
        [42, local.length, 4],
      ]),
      ...path,
    );
    const sizes: [number, number, 4][] = [
      [18, length, 4],
      [22, length, 4],
    ];
    local.push(...header(0x04034b50, 30, [...sizes, [26, path.length, 2]]), ...path, ...bytes);
  }
  const end = header(0x06054b50, 22, [
    [8, files.length, 2],
    [10, files.length, 2],
    [12, central.length, 4],
    [16, local.length, 4],
  ]);
  return Uint8Array.from([...local, ...central, ...end]);
}
