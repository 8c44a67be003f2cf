/** Saved sessions: what goes in comes out, and nothing else opens. */
import { describe, expect, it } from 'vitest';
import type { Dataset, Split } from '../../../src/engine/data/dataset';
import { zip } from '../../../src/engine/export/zip';
import { Random } from '../../../src/engine/random';
import { SessionError } from '../../../src/engine/session/checks';
import { readSession, writeSession, type Session } from '../../../src/engine/session/sessionFile';
import { createOwnDataset } from '../../../src/engine/data/images/ownDataset';
import { asCollection } from '../../../src/engine/session/images';
import { tinyDataset } from '../training/tiny';

const bytesOf = (...values: number[]) => Uint8Array.from(values).buffer;
const buffer = (session: Session): ArrayBuffer => writeSession(session).buffer;
const full = (): Session => ({
  network: {
    files: [
      { name: 'a folder/model.json', bytes: bytesOf(1, 2, 3) },
      { name: '../../weights.bin', bytes: bytesOf() },
    ],
    options: { output: 'classes', normalization: { mean: [0.5, 0.25, 0], std: [1, 2, 1 / 255] }, imageSize: [8, 12] },
  },
  images: { ...tinyDataset(), calibrationReserve: 7 },
  texts: { 'settings.json': '{"seed":1}', 'run.json': 'ü' },
});

const every = (dataset: Dataset) =>
  (['calibration', 'validation', 'test'] as Split[]).map((split) =>
    Array.from({ length: dataset.size(split) }, (_, i) => dataset.image(split, i)),
  );

describe('a session', () => {
  it('comes out as it went in, to the bit', async () => {
    const session = full();
    const read = await readSession('a.fdda', buffer(session));
    expect(read.network).toEqual(session.network);
    expect(read.texts).toEqual(session.texts);
    expect(every(read.images!)).toEqual(every(session.images!));
    const { name, classNames, imageShape, calibrationReserve } = session.images!;
    expect(read.images).toMatchObject({ name, classNames, imageShape, calibrationReserve });
    // Written again, it is the same file.
    expect(Buffer.from(buffer(read)).equals(Buffer.from(buffer(session)))).toBe(true);
  });

  it('of what comes with the page holds texts alone', async () => {
    const session = { network: null, images: null, texts: { 'settings.json': '{}' } };
    expect(await readSession('a.fdda', buffer(session))).toEqual(session);
  });

  it('gives its images to a network of another size, too', async () => {
    const own = await createOwnDataset('again', asCollection(full().images!), [6, 6, 1], async () => true);
    const { dataset } = own!;
    expect([dataset.imageShape, dataset.size('test')]).toEqual([[6, 6, 1], tinyDataset().size('test')]);
  });
});

describe('refused with the cause', () => {
  const refusal = async (bytes: ArrayBuffer): Promise<SessionError> => {
    const error = await readSession('a.fdda', bytes).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(SessionError);
    return error as SessionError;
  };
  const withManifest = (change: (manifest: Record<string, never>) => unknown) => {
    const manifest = {
      format: 'fdda-playground-session',
      version: 1,
      network: null,
      images: null,
      texts: ['settings.json'],
    };
    const text = JSON.stringify(change(manifest as never) ?? manifest);
    return zip([
      { name: 'session.json', bytes: new TextEncoder().encode(text) },
      { name: 'page/settings.json', bytes: new Uint8Array() },
      { name: 'images/pixels', bytes: new Uint8Array(12) },
      { name: 'images/labels', bytes: Uint8Array.of(0, 0, 1, 0, 9, 0) },
    ]).buffer;
  };
  const withNetwork = (options: object) =>
    zip([
      {
        name: 'session.json',
        bytes: new TextEncoder().encode(
          JSON.stringify({
            format: 'fdda-playground-session',
            version: 2,
            network: { files: ['a'], options },
            images: null,
            texts: [],
          }),
        ),
      },
      { name: 'network/0', bytes: new Uint8Array(3) },
    ]).buffer;
  const images = (more: object) => ({
    name: 'x',
    classes: ['a', 'b'],
    imageShape: [2, 2, 1],
    calibrationReserve: null,
    counts: { calibration: 2, validation: 0, test: 1 },
    ...more,
  });
  const put = (manifest: object, more: object) => ({ ...manifest, ...more });

  it.each([
    ['another zip', zip([{ name: 'a.txt', bytes: new Uint8Array(3) }]).buffer, /no saved session/],
    ['no zip', new Uint8Array(100).buffer, /no zip archive/],
    ['a newer version', withManifest((m) => put(m, { version: 9 })), /version 9; this page reads version 2/],
    ['another format', withManifest((m) => put(m, { format: 'x' })), /no saved session/],
    ['no list of texts', withManifest((m) => put(m, { texts: 3 })), /session.json: texts is no list/],
    ['a path in a text', withManifest((m) => put(m, { texts: ['../x'] })), /is no name that is known/],
    ['a missing text', withManifest((m) => put(m, { texts: ['run.json'] })), /page\/run.json is missing/],
    ['no files', withManifest((m) => put(m, { network: { files: [], options: {} } })), /names no file/],
    ['a file that is not there', withManifest((m) => put(m, { network: { files: ['a'] } })), /network\/0 is missing/],
    ['one output', withNetwork({ selectedOutputs: [3] }), /less than two entries/],
    ['an output twice', withNetwork({ selectedOutputs: [3, 3] }), /has an entry twice/],
    ['an output below 0', withNetwork({ selectedOutputs: [3, -1] }), /no number from 0/],
    ['outputs that are no list', withNetwork({ selectedOutputs: 'x' }), /is no list/],
    [
      'too many pixels',
      withManifest((m) => put(m, { images: images({ imageShape: [4096, 4096, 3] }) })),
      /has 12 bytes, not 150994944/,
    ],
    ['a wrong label', withManifest((m) => put(m, { images: images({}) })), /label 9 of 2 classes/],
    ['counts that are none', withManifest((m) => put(m, { images: images({ counts: null }) })), /counts is no object/],
    ['one class', withManifest((m) => put(m, { images: images({ classes: ['a'] }) })), /less than two entries/],
  ])('%s', async (_, bytes, message) => {
    const error = await refusal(bytes);
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(/still there/);
  });

  it('a changed byte, wherever it is, or the end missing', async () => {
    const whole = new Uint8Array(buffer(full()));
    const random = new Random(5);
    let refused = 0;
    for (let i = 0; i < 300; i++) {
      const copy = whole.slice();
      copy[Math.floor(random.next() * copy.length)] ^= 1 + Math.floor(random.next() * 255);
      const error = await readSession('a.fdda', copy.buffer).then(
        () => null,
        (e: unknown) => e,
      );
      if (error !== null) {
        expect(error).toBeInstanceOf(SessionError);
        refused++;
      }
    }
    // Only dates and the like may be others.
    expect(refused).toBeGreaterThan(270);
    for (const part of [0.1, 0.5, 0.99]) await refusal(whole.slice(0, Math.floor(whole.length * part)).buffer);
  });
});
