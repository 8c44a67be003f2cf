/** Formats of image datasets, each found by its bytes (test/fixtures/images/other-formats/make.py made the pictures). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { CIFAR100_CLASSES } from '../../../src/engine/data/images/cifar';
import { collectImages } from '../../../src/engine/data/images/collection';
import { decodeImage } from '../../../src/engine/data/images/decode';
import { createOwnDataset } from '../../../src/engine/data/images/ownDataset';
import type { ImageFile } from '../../../src/engine/data/images/types';
import { png as encodePng } from '../../../src/engine/export/png';
import { zip } from '../../../src/engine/export/zip';
import { inWords } from '../../../src/engine/sentences';
import { cifarFile } from './cifarFile';

const FOLDER = join(import.meta.dirname, '../../fixtures/images/other-formats');
const file = (name: string, bytes: Uint8Array | string): ImageFile => ({
  name,
  bytes: (typeof bytes === 'string' ? new TextEncoder().encode(bytes) : new Uint8Array(bytes)).buffer as ArrayBuffer,
});
const words = (notes: Awaited<ReturnType<typeof collectImages>>['notes']) =>
  notes.map((note) => inWords(note)).join(' ');
const pixels = async (read: Awaited<ReturnType<typeof collectImages>>['images'][number]) =>
  Array.from((await decodeImage(await read.read())).rgb.subarray(0, 3));

/** A picture of one colour. */
const png = (r: number, g: number, b: number, size = 4): Uint8Array =>
  encodePng(
    Array.from({ length: 4 * size * size }, (_, i) => [r, g, b, 255][i % 4]),
    size,
    size,
  );

function idx(shape: number[], values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + values.length);
  bytes.set([0, 0, 8, shape.length]);
  shape.forEach((length, axis) => new DataView(bytes.buffer).setUint32(4 + 4 * axis, length));
  bytes.set(Array.from(values), 4 + 4 * shape.length);
  return bytes;
}

/** An archive of `tar`, with a name longer than 100 letters as GNU writes it. */
function tar(files: [name: string, bytes: Uint8Array][]): Uint8Array {
  const blocks: Uint8Array[] = [];
  const add = (name: string, kind: string, bytes: Uint8Array) => {
    const header = new Uint8Array(512);
    const put = (at: number, text: string) => header.set(new TextEncoder().encode(text), at);
    put(0, name.slice(0, 100));
    put(124, bytes.length.toString(8).padStart(11, '0'));
    put(156, kind);
    put(257, 'ustar ');
    const body = new Uint8Array(Math.ceil(bytes.length / 512) * 512);
    body.set(bytes);
    blocks.push(header, body);
  };
  for (const [name, bytes] of files) {
    if (name.length > 100) add('././@LongLink', 'L', new TextEncoder().encode(`${name}\0`));
    add(name, '0', bytes);
  }
  return Uint8Array.from([...blocks, new Uint8Array(1024)].flatMap((block) => Array.from(block)));
}

describe('pictures', () => {
  const expected = JSON.parse(readFileSync(join(FOLDER, 'expected.json'), 'utf8')) as Record<
    string,
    { width: number; height: number; rgb: string }
  >;
  const names = Object.keys(expected);

  it.each(names.filter((name) => !name.endsWith('.webp')))('%s as Pillow has it', async (name) => {
    const { width, height, rgb } = expected[name];
    const decoded = await decodeImage(new Uint8Array(readFileSync(join(FOLDER, name))));
    expect([decoded.width, decoded.height]).toEqual([width, height]);
    expect(Buffer.from(decoded.rgb).equals(Buffer.from(rgb, 'base64'))).toBe(true);
  });

  it('WebP is said to need a browser where there is none', async () => {
    await expect(decodeImage(new Uint8Array(readFileSync(join(FOLDER, 'lossless.webp'))))).rejects.toThrow(
      /WebP is decoded by browsers only/,
    );
  });

  it('cut pictures say so', async () => {
    for (const name of names.filter((each) => /gif|bmp/.test(each) && each !== 'moving.gif')) {
      const bytes = new Uint8Array(readFileSync(join(FOLDER, name)));
      for (const part of [0.3, 0.6, 0.9]) {
        await expect(decodeImage(bytes.subarray(0, Math.floor(bytes.length * part)))).rejects.toThrow(
          /cut off|damaged|no picture/,
        );
      }
    }
  });

  it('are found by their bytes, whatever they are called', async () => {
    const gif = new Uint8Array(readFileSync(join(FOLDER, 'plain.gif')));
    const found = await collectImages([file('a/one', gif), file('b/two.dat', png(1, 2, 3)), file('b/read.me', 'text')]);
    expect([found.classes, found.images.map(({ name }) => name)]).toEqual([
      ['a', 'b'],
      ['a/one', 'b/two.dat'],
    ]);
  });
});

describe('binary files', () => {
  it('of CIFAR-10 in a compressed archive have their names, their splits and their pixels', async () => {
    const [train, test] = [cifarFile([3, 1], 0), cifarFile([9], 2)];
    const archive = gzipSync(
      tar([
        ['cifar-10-batches-bin/data_batch_1.bin', train],
        ['cifar-10-batches-bin/test_batch.bin', test],
        [`cifar-10-batches-bin/${'long'.repeat(30)}.html`, new TextEncoder().encode('<p>')],
      ]),
    );
    const { classes, images, notes } = await collectImages([file('cifar-10-binary.tar.gz', archive)]);
    expect([classes[3], classes.length, notes]).toEqual(['cat', 10, []]);
    expect(images.map(({ label, split }) => [label, split])).toEqual([
      [1, 'train'],
      [3, 'train'],
      [9, 'test'],
    ]);
    expect(await pixels(images[2])).toEqual([test[1], test[1025], test[2049]]);
  });

  it('of CIFAR-100 go by the fine label; a list of names beside them counts', async () => {
    const record = new Uint8Array(3074).fill(7);
    record.set([19, 99]);
    const plain = await collectImages([file('train.bin', record)]);
    expect([plain.classes, plain.images[0].label]).toEqual([[...CIFAR100_CLASSES], 99]);
    expect([CIFAR100_CLASSES.length, CIFAR100_CLASSES[99]]).toEqual([100, 'worm']);
    const names = Array.from({ length: 100 }, (_, i) => `class ${i}`);
    const named = await collectImages([file('train.bin', record), file('fine_label_names.txt', names.join('\n'))]);
    expect(named.classes).toEqual(names);
    expect(words(named.notes)).toMatch(/names of the classes come from fine_label_names.txt/);
  });

  it('of MNIST belong together by their names, compressed or not', async () => {
    const values = Array.from({ length: 3 * 4 * 5 }, (_, i) => i);
    const { classes, images, notes } = await collectImages([
      file('t10k-labels-idx1-ubyte.gz', gzipSync(idx([2], [0, 1]))),
      file('train-images-idx3-ubyte', idx([3, 4, 5], values)),
      file('t10k-images.idx3-ubyte.gz', gzipSync(idx([2, 4, 5], values.slice(0, 40)))),
      file('train-labels-idx1-ubyte', idx([3], [2, 0, 1])),
    ]);
    expect(classes).toEqual(['0', '1', '2']);
    expect(words(notes)).toMatch(/called by their numbers/);
    expect(images.map(({ label, split }) => `${label} ${split}`)).toEqual([
      '0 train',
      '0 test',
      '1 train',
      '1 test',
      '2 train',
    ]);
    expect(await pixels(images[0])).toEqual([20, 20, 20]);
    expect((await decodeImage(await images[4].read())).width).toBe(5);
  });

  it.each([
    [
      'a cut idx file',
      [file('train-images', idx([3, 4, 5], [1, 2]))],
      /says that it holds 3 x 4 x 5 values, but has 2/,
    ],
    ['images without labels', [file('train-images', idx([1, 1, 2], [1, 2]))], /no labels for train-images/],
    ['labels without images', [file('train-labels', idx([5], [1, 2, 3, 4, 5]))], /no idx file of images/],
    [
      'other counts',
      [file('x-images', idx([1, 1, 2], [1, 2])), file('x-labels', idx([5], [1, 2, 3, 4, 5]))],
      /holds 1 images, but x-labels 5 labels/,
    ],
    ['a cut file of CIFAR', [file('train.bin', cifarFile([1, 2], 0).subarray(1))], /6145 bytes, no whole number/],
    ['a wrong label', [file('train.bin', cifarFile([1, 12], 0))], /image 1 has the label 12/],
    [
      'two datasets',
      [file('train.bin', cifarFile([1], 0)), file('x-labels', idx([5], [1, 2, 3, 4, 5]))],
      /different datasets/,
    ],
    ['a damaged gzip', [file('a.gz', gzipSync(new Uint8Array(1000)).subarray(0, 20))], /cannot be decompressed/],
    [
      'an archive of another kind',
      [file('a.tar.xz', new Uint8Array([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]))],
      /of a kind that is not read here/,
    ],
    ['a cut tar', [file('a.tar', tar([['b', new Uint8Array(5000)]]).subarray(0, 1024))], /cut off or damaged/],
  ])('%s: the cause is named', async (_, files, message) => {
    await expect(collectImages(files)).rejects.toThrow(message);
  });
});

describe('lists of labels', () => {
  const pictures = (...names: string[]) => names.map((name, i) => file(name, png(10 * i, 0, 0)));

  it.each([
    ['by column, quoted', 'labels.csv', 'id,"size, px",label\n1,"4,4",dog\n2,"4,4","a ""cat"""\n', 'dog|a "cat"'],
    ['without headings', 'labels.txt', './images/1.png dog\nimages/2.png cat\n', 'dog|cat'],
    ['with tabs', 'a.tsv', '1.png\tdog\n2.png\tcat', 'dog|cat'],
    ['with words beside numbers', 'val.txt', '1.png\tdog\t0\t0\t4\t4\n2.png\tcat\t0\t0\t4\t4\n', 'dog|cat'],
    ['of another machine', 'l.csv', 'path,label\n/home/me/images/1.png,dog\n/home/me/images/2.png,cat', 'dog|cat'],
    ['of Windows', 'l.csv', 'path,label\r\n.\\images\\1.png,dog\r\nimages\\2.png,cat\r\n', 'dog|cat'],
    ['numbered rows', 'l.csv', ',file,label\n1,2.png,dog\n2,1.png,cat\n', 'dog|cat'],
    [
      'lines of JSON',
      'metadata.jsonl',
      '{"file_name":"1.png","label":"dog"}\n{"file_name":"2.png","label":"cat"}',
      'dog|cat',
    ],
    ['a list in JSON', 'l.json', '[{"file":"1.png","box":[1],"class":7},{"file":"2.png","class":9}]', '7|9'],
    ['names and labels in JSON', 'l.json', '{"1.png":"dog","2.png":"cat"}', 'dog|cat'],
  ])('%s', async (_, name, text, labels) => {
    const { classes, images, notes } = await collectImages([
      ...pictures('data/images/1.png', 'data/images/2.png'),
      file(`data/${name}`, text),
    ]);
    expect(images.map(({ label }) => classes[label]).sort()).toEqual(labels.split('|').sort());
    expect(words(notes)).toMatch(/labels come from/);
  });

  it('in UTF-16, as spreadsheets save them', async () => {
    const text = '\ufefffile\tlabel\r\n1.png\tchien\r\n2.png\tforêt\r\n';
    const little = new Uint8Array(Uint16Array.from(text, (_, i) => text.charCodeAt(i)).buffer);
    const big = little.map((_, i) => little[i ^ 1]);
    for (const bytes of [little, big]) {
      const { classes } = await collectImages([...pictures('1.png', '2.png'), file('l.txt', bytes)]);
      expect(classes).toEqual(['chien', 'forêt']);
    }
  });

  it('with a column for each class: the one with a 1, in the order of the columns', async () => {
    const list = 'image,MEL,NV,BCC\n1,0.0,1.0,0.0\n2,1.0,0.0,0.0\n3,0,0,1\n4,0,1,0\n';
    const { classes, images } = await collectImages([
      ...pictures('1.png', '2.png', '3.png', '4.png'),
      file('l.csv', list),
    ]);
    expect(classes).toEqual(['MEL', 'NV', 'BCC']);
    expect(Object.fromEntries(images.map(({ name, label }) => [name, classes[label]]))).toEqual({
      '1.png': 'NV',
      '2.png': 'MEL',
      '3.png': 'BCC',
      '4.png': 'NV',
    });
    // Two ones in a row are no class.
    const several = collectImages([...pictures('1.png', '2.png'), file('l.csv', 'image,A,B\n1,1,1\n2,0,1\n')]);
    await expect(several).rejects.toThrow(/l.csv names these pictures, but it cannot be told which of its columns/);
  });

  it('that say what a picture is for: the tests are those', async () => {
    const list = 'file,label,split\n1.png,a,train\n2.png,b,Train\n3.png,a,val\n4.png,b,test\n';
    const { images, notes } = await collectImages([
      ...pictures('1.png', '2.png', '3.png', '4.png'),
      file('l.csv', list),
    ]);
    expect(images.filter(({ split }) => split === 'test').map(({ name }) => name)).toEqual(['3.png', '4.png']);
    expect(words(notes)).toMatch(/l.csv, column split, says which pictures are for tests/);
    // Unless a word is not known.
    const other = await collectImages([
      ...pictures('1.png', '2.png'),
      file('l.csv', 'file,label,split\n1.png,a,train\n2.png,b,fold 3\n'),
    ]);
    expect(other.images.every(({ split }) => split === undefined)).toBe(true);
  });

  it('beside an archive of another kind the pictures are read', async () => {
    const xz = file('data.tar.xz', new Uint8Array([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]));
    expect((await collectImages([...pictures('a/1.png', 'b/2.png'), xz])).classes).toEqual(['a', 'b']);
  });

  it('a list that is of no use is no reason to take all pictures for one class', async () => {
    const strange = [...pictures('x/1.png', 'x/2.png'), file('l.csv', 'file,label\nanna.png,a\nbob.png,b\n')];
    await expect(collectImages(strange)).rejects.toThrow(/l.csv looks like a list of labels, but names hardly any/);
    // Folders are classes all the same, and the list is named.
    const { classes, notes } = await collectImages([
      ...pictures('x/1.png', 'y/2.png'),
      file('l.csv', 'file,label\nanna.png,a\nbob.png,b\n'),
    ]);
    expect(classes).toEqual(['x', 'y']);
    expect(words(notes)).toMatch(/l.csv looks like a list/);
    // A text about the pictures is no list.
    const text = 'Pictures of one class\nand a label\n\nTake them, and tell us.\n';
    const told = await collectImages([...pictures('x/1.png', 'x/2.png'), file('README.txt', text)]);
    expect(told.classes).toEqual(['x']);
    expect(words(told.notes)).not.toMatch(/README/);
    // The same names elsewhere are other pictures.
    const split = [
      ...pictures('test/1.png', 'test/2.png'),
      file('l.csv', 'file,label\ntrain/1.png,a\ntrain/2.png,b\n'),
    ];
    await expect(collectImages(split)).rejects.toThrow(/names hardly any/);
  });

  it('missing and unlabelled pictures are counted', async () => {
    const { images, notes } = await collectImages([
      ...pictures('1.png', '2.png', '3.png'),
      file('labels.csv', 'file,label\n1.png,a\n2.png,b\n9.png,b'),
    ]);
    expect(images).toHaveLength(2);
    expect(words(notes)).toMatch(/1 picture that labels.csv names is not there.*1 picture has no label/);
  });

  it('corners of boxes are no labels', async () => {
    const { classes } = await collectImages([
      ...pictures('a/1.png', 'b/2.png'),
      file('boxes.txt', '1.png 0 0 62 63\n2.png 0 0 62 63'),
    ]);
    expect(classes).toEqual(['a', 'b']);
  });
});

describe('folders for training and tests', () => {
  const tree = (...names: string[]) => names.map((name, i) => file(`tiny/${name}`, png(i, i, i)));

  it('are no classes; a list of labels counts in them, and unlabelled test images are left out', async () => {
    const { classes, images, notes } = await collectImages([
      ...tree('train/n1/images/a.png', 'train/n2/images/b.png', 'val/images/v0.png', 'test/images/t0.png'),
      file('tiny/val/val_annotations.txt', 'v0.png\tn2\t0\t0\t1\t1\nv1.png\tn1\t0\t0\t1\t1'),
    ]);
    expect(classes).toEqual(['n1', 'n2']);
    expect(images.map(({ name, label, split }) => [name, label, split])).toEqual([
      ['tiny/train/n1/images/a.png', 0, 'train'],
      ['tiny/train/n2/images/b.png', 1, 'train'],
      ['tiny/val/images/v0.png', 1, 'test'],
    ]);
    expect(words(notes)).toMatch(/Test images are those in val, test.*1 test picture is of no class/);
  });

  it('are used as they are said to be, grey or colour as the network takes them', async () => {
    const files = ['a', 'b'].flatMap((name) => [
      ...Array.from({ length: 6 }, (_, i) => file(`train/${name}/${i}.png`, png(200, 100, 0))),
      ...Array.from({ length: 2 }, (_, i) => file(`test/${name}/${i}.png`, png(9, 9, 9))),
    ]);
    const own = await createOwnDataset('mine', await collectImages(files), [4, 4, 1], async () => true);
    const { dataset, notes } = own!;
    expect([dataset.size('calibration'), dataset.size('test')]).toEqual([12, 4]);
    expect(dataset.image('test', 0).pixels[0]).toBe(9);
    expect(dataset.image('calibration', 0).pixels[0]).toBe((200 * 19595 + 100 * 38470 + 0x8000) >> 16);
    expect(words(notes)).toMatch(/12 pictures in colour were made grey/);
  });

  it('are resized as the network’s configuration says', async () => {
    const stripes = readFileSync(join(import.meta.dirname, '../../fixtures/images/resize/stripes.png'));
    const files = ['a', 'b'].flatMap((name) =>
      Array.from({ length: 4 }, (_, i) => file(`${name}/${i}.png`, new Uint8Array(stripes))),
    );
    interface Pillow {
      interpolation: 'bilinear' | 'bicubic' | 'lanczos';
      size: number;
      cropShare: number;
      values: number[];
    }
    const cases = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../fixtures/images/resize/pillow.json'), 'utf8'),
    ) as Pillow[];
    for (const { size, values, ...resizing } of cases) {
      const collection = await collectImages(files);
      const own = await createOwnDataset('mine', collection, [size, size, 3], async () => true, { resizing });
      expect([...own!.dataset.image('calibration', 0).pixels]).toEqual(values);
    }
  });

  it('of very many classes of large images are as few as are needed, three to look at and one to test with', async () => {
    const files = ['a', 'b', 'c'].flatMap((name) => [
      ...Array.from({ length: 5 }, (_, i) => file(`train/${name}/${i}.png`, png(i, 0, 0))),
      ...Array.from({ length: 5 }, (_, i) => file(`test/${name}/${i}.png`, png(i, 9, 9))),
    ]);
    // Room for less than four of each: as of a thousand classes at 224x224.
    const options = { mostBytes: 3 * 3 * 16 };
    const own = await createOwnDataset('mine', await collectImages(files), [4, 4, 1], async () => true, options);
    expect((['calibration', 'test'] as const).map((split) => own!.dataset.size(split))).toEqual([9, 3]);
    expect(words(own!.notes)).toMatch(/more pictures than fit/);
    const few = await collectImages(
      ['a', 'b'].flatMap((name) => Array.from({ length: 4 }, (_, i) => file(`${name}/${i}.png`, png(i, 0, 0)))),
    );
    const halves = await createOwnDataset('mine', few, [8, 8, 3], async () => true);
    expect((['calibration', 'test'] as const).map((split) => halves!.dataset.size(split))).toEqual([6, 2]);
  });

  it('keep some images apart where learning rates are chosen', async () => {
    const files = ['a', 'b'].flatMap((name) =>
      Array.from({ length: 40 }, (_, i) => file(`${name}/${i}.png`, png(i, i, i))),
    );
    const own = await createOwnDataset('mine', await collectImages(files), [4, 4, 3], async () => true, {
      validation: true,
    });
    expect((['calibration', 'validation', 'test'] as const).map((split) => own!.dataset.size(split))).toEqual([
      32, 8, 40,
    ]);
    expect(words(own!.notes)).toMatch(/grey and the network takes colour/);
  });

  it('a zip in a zip is looked into, its paths are only names', async () => {
    const inner = zip([
      { name: '../../a/1.png', bytes: png(1, 1, 1) },
      { name: '../../b/1.png', bytes: png(2, 2, 2) },
    ]);
    const { classes } = await collectImages([file('x.zip', zip([{ name: 'inner.zip', bytes: inner }]))]);
    expect(classes).toEqual(['a', 'b']);
  });
});
