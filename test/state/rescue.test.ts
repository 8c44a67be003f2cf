/** What another engine is asked for, so that the run goes on with what it was made of. */
import { describe, expect, it } from 'vitest';
import type { PackedImages } from '../../src/engine/data/images/types';
import type { RunSnapshot } from '../../src/engine/training/run';
import { Rescue, storedImages, takeUp } from '../../src/state/rescue';
import { defaultSettings } from '../../src/state/settings';
import type { EngineClient } from '../../src/worker/client';

const settings = defaultSettings();
const START = { baseUrl: 'http://localhost/', backend: null, remembered: null, without: [] };
const snapshot = { step: 3, elapsedSeconds: 1 } as RunSnapshot;
const file = (name: string) => ({ path: name, file: new File([name], name) });
const own = { classes: ['a', 'b'], calibration: 2, test: 2, notes: [] };

/** A client that only notes what it is asked. */
function noting() {
  const calls: [string, ...unknown[]][] = [];
  const client = new Proxy({} as EngineClient, {
    get:
      (_, name: string) =>
      (...args: unknown[]) => {
        calls.push([name, ...args]);
        return Promise.resolve({});
      },
  });
  return {
    client,
    names: () => calls.map(([name]) => name),
    argument: (name: string) => calls.find(([n]) => n === name)![1],
  };
}

function rescued(open: (rescue: Rescue) => void): Rescue {
  const rescue = new Rescue();
  rescue.began({ settings });
  open(rescue);
  rescue.keep(snapshot);
  return rescue;
}

async function asked(rescue: Rescue, state: { bundled: boolean; ownImages: typeof own | null }) {
  const noted = noting();
  await takeUp(noted.client, rescue.source({ applied: settings, ...state })!, START);
  return noted;
}

describe('what a run was made of', () => {
  it('is nothing of the user’s: one request', async () => {
    const { names } = await asked(
      rescued(() => undefined),
      { bundled: true, ownImages: null },
    );
    expect(names()).toEqual(['initialize']);
  });

  it('is a saved session, with what was opened after it', async () => {
    const rescue = rescued((it) => it.openedSession(file('mine.fdda').file));
    expect((await asked(rescue, { bundled: false, ownImages: own })).names()).toEqual([
      'initialize',
      'readSession',
      'openSession',
      'configure',
    ]);
    // Its network was left for the bundled one.
    expect((await asked(rescue, { bundled: true, ownImages: own })).names()).toContain('useBundledNetwork');
    rescue.opened('images', { files: [file('a/1.png')] });
    const { names, argument } = await asked(rescue, { bundled: false, ownImages: own });
    expect(names()).toEqual(['initialize', 'readSession', 'openSession', 'loadImages', 'configure']);
    expect(argument('readSession')).toMatchObject({ name: 'mine.fdda' });
    // Left for good.
    expect((await asked(rescue, { bundled: true, ownImages: null })).names()).toEqual(['initialize']);
  });

  it('is a network that was read anew because that helped; another one is not', async () => {
    const rescue = rescued((it) => it.opened('network', { files: [file('model.json')] }));
    rescue.tookMend();
    expect((await asked(rescue, { bundled: false, ownImages: null })).names()).toEqual([
      'initialize',
      'loadNetwork',
      'mend',
      'configure',
    ]);
    rescue.opened('network', { files: [file('other.json')] });
    expect((await asked(rescue, { bundled: false, ownImages: null })).names()).not.toContain('mend');
  });

  it('is images that were downloaded, byte for byte', async () => {
    const packed: PackedImages = {
      classes: ['a', 'b'],
      names: ['1', '2'],
      labels: Uint16Array.of(0, 1),
      splits: Uint8Array.of(1, 2),
      ends: Uint32Array.of(3, 5),
      bytes: Uint8Array.of(1, 2, 3, 4, 5),
      notes: [],
    };
    const rescue = rescued((it) => it.opened('images', { files: [], packed: storedImages(packed) }));
    const { names, argument } = await asked(rescue, { bundled: true, ownImages: own });
    expect(names()).toEqual(['initialize', 'loadPackedImages', 'configure']);
    expect(argument('loadPackedImages')).toEqual(packed);
  });
});
