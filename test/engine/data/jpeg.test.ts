import { encode } from 'jpeg-js';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '../../../src/engine/data/images/decode';
import { provideJpeg } from '../../../src/headless/jpeg';
import pictures from '../../fixtures/jpeg/pictures.json' with { type: 'json' };

beforeAll(provideJpeg);

const data = Uint8Array.from({ length: 16 * 24 * 4 }, (_, i) => (i * 37) % 256);
const whole = () => new Uint8Array(encode({ width: 24, height: 16, data }, 80).data);
/** Where the height stands: in the frame's header, behind its length and precision. */
const frame = (bytes: Uint8Array) => bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xc0) + 5;

describe('JPEG', () => {
  it('is read', async () => {
    const { width, height, rgb } = await decodeImage(whole());
    expect([width, height, rgb.length]).toEqual([24, 16, 24 * 16 * 3]);
  });

  it('takes no more memory than a file of its size may need', async () => {
    const bytes = whole();
    new DataView(bytes.buffer).setUint32(frame(bytes), 0x1f401f40);
    await expect(decodeImage(bytes)).rejects.toThrow(/more pixels than a file of its size/);
  });

  it('has a bounded number of scans', async () => {
    const scan = [0xff, 0xda, 0, 12, 3, 1, 0, 2, 17, 3, 17, 0, 63, 0];
    const bytes = Uint8Array.from([
      ...whole().slice(0, -2),
      ...Array.from({ length: 101 }, () => scan).flat(),
      0xff,
      0xd9,
    ]);
    await expect(decodeImage(bytes)).rejects.toThrow('it has 102 scans');
  });

  it('says that it is damaged in words, not in those of the language', async () => {
    const bytes = whole();
    const tables = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xda);
    // A table of codes that is not there.
    bytes[tables + 6] = 0x33;
    await expect(decodeImage(bytes)).rejects.toThrow('it is damaged');
    // What comes next is read all the same.
    expect((await decodeImage(whole())).width).toBe(24);
  });

  it('that is cut off is not filled up', async () => {
    const bytes = whole();
    for (const length of [bytes.length - 2, bytes.length - 200]) {
      await expect(decodeImage(bytes.slice(0, length))).rejects.toThrow('it is cut off');
    }
    await expect(decodeImage(bytes.slice(0, 30))).rejects.toThrow('it is damaged');
  });

  it.each(Object.entries(pictures.pictures))('%s: has the pixels that Pillow reads', async (name, { jpeg, rgb }) => {
    const image = await decodeImage(new Uint8Array(Buffer.from(jpeg, 'base64')));
    expect([image.height, image.width]).toEqual([pictures.height, pictures.width]);
    const expected = Buffer.from(rgb, 'base64');
    const differences = expected.map((value, i) => Math.abs(value - image.rgb[i]));
    expect(Math.max(...differences)).toBeLessThanOrEqual(name.includes('CMYK') ? 1 : 0);
  });
});
