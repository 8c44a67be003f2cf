import { inflateSync, crc32 as nodeCrc32 } from 'node:zlib';
import { expect, it } from 'vitest';
import { crc32 } from '../../../src/engine/crc32';
import { png } from '../../../src/engine/export/png';
import { zip } from '../../../src/engine/export/zip';

const text = (value: string) => new TextEncoder().encode(value);

it('CRC-32 has its check value', () => expect(crc32(text('123456789'))).toBe(0xcbf43926));

it('a PNG holds its pixels, in rows that fit into several blocks', () => {
  const [width, height] = [200, 130];
  const rgba = Uint8Array.from({ length: width * height * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i * 7) % 251));
  const bytes = Buffer.from(png(rgba, width, height));
  expect(bytes.subarray(0, 8)).toEqual(Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]));
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const body = bytes.subarray(at + 4, at + 8 + length);
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(body));
    chunks.set(body.subarray(0, 4).toString(), body.subarray(4));
    at += 12 + length;
  }
  expect([...chunks.keys()]).toEqual(['IHDR', 'IDAT', 'IEND']);
  expect([...chunks.get('IHDR')!]).toEqual([0, 0, 0, 200, 0, 0, 0, 130, 8, 2, 0, 0, 0]);
  // zlib checks its own sum.
  const rows = inflateSync(chunks.get('IDAT')!);
  expect(rows).toHaveLength(height * (1 + 3 * width));
  const [x, y] = [57, 101];
  const place = y * (1 + 3 * width);
  expect(rows[place]).toBe(0);
  expect([...rows.subarray(place + 1 + 3 * x, place + 4 + 3 * x)]).toEqual([
    ...rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 3),
  ]);
});

it('a zip archive lists its files and where they are', () => {
  const files = [
    { name: 'labels.csv', bytes: text('file,label\r\n') },
    { name: 'calibration/000-円/000.png', bytes: png(new Uint8Array(16).fill(9), 2, 2) },
  ];
  const bytes = Buffer.from(zip(files));
  const end = bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  expect(bytes.readUInt16LE(end + 10)).toBe(2);
  let at = bytes.readUInt32LE(end + 16);
  expect(at + bytes.readUInt32LE(end + 12)).toBe(end);
  for (const { name, bytes: content } of files) {
    expect(bytes.toString('latin1', at, at + 4)).toBe('PK\x01\x02');
    const length = bytes.readUInt16LE(at + 28);
    expect(bytes.toString('utf8', at + 46, at + 46 + length)).toBe(name);
    expect(bytes.readUInt32LE(at + 16)).toBe(nodeCrc32(content));
    const local = bytes.readUInt32LE(at + 42);
    expect(bytes.toString('latin1', local, local + 4)).toBe('PK\x03\x04');
    expect(bytes.readUInt32LE(local + 14)).toBe(nodeCrc32(content));
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    expect(bytes.subarray(start, start + bytes.readUInt32LE(local + 18))).toEqual(Buffer.from(content));
    at += 46 + length;
  }
});
