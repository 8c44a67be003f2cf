import { readFileSync, statSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { SHIPPED_RECORDING } from '../../../src/state/recording/format';
import { readPoster, SHIPPED_POSTER } from '../../../src/state/recording/poster';
import { readRecording } from '../../../src/state/recording/read';
import { loadShipped } from '../../../src/state/recording/shipped';
import { defaultSettings } from '../../../src/state/settings';

const FILE = `public/${SHIPPED_RECORDING}`;

describe('the recorded run that comes with the page', () => {
  it('is a whole run of today’s defaults (otherwise: npm run record), in less than 330 kB, with the quality of its images', async () => {
    expect(statSync(FILE).size).toBeLessThan(330_000);
    const { settings, finished, record, backend, dataset } = await readRecording(readFileSync(FILE, 'utf8'));
    expect(settings).toEqual(defaultSettings());
    expect({ finished, backend, dataset, phase: record.live.phase }).toEqual({
      finished: true,
      backend: 'wasm',
      dataset: 'Shapes',
      phase: 'done',
    });
    expect(record.live.accuracy.map(({ id, accuracy }) => [id, accuracy !== null])).toEqual(
      ['fullPrecision', 'ptq', 'calibration', 'fdda'].map((method) => [method, true]),
    );
    expect(record.generatorLosses.fdda!.last!.step).toBe(settings.generatorSteps);
    expect(new Set(record.history.map(({ synthetic }) => synthetic.fdda)).size).toBeGreaterThanOrEqual(5);
    expect(record.history.length).toBeGreaterThan(30);
    expect(record.overview.quality).not.toBeNull();
    for (const { synthetic } of record.history) expect(synthetic.fdda!.quality).not.toBeNull();
  });

  it('has its last images once more by themselves, small', async () => {
    const file = `public/${SHIPPED_POSTER}`;
    expect(statSync(file).size).toBeLessThan(45_000);
    const { images, classes } = await readPoster(readFileSync(file, 'utf8'));
    const { record } = await readRecording(readFileSync(FILE, 'utf8'));
    const last = record.live.synthetic.fdda!.images;
    expect(classes).toBe(record.overview.network.numClasses);
    expect({ ...images, rgba: null }).toEqual({ ...last, rgba: null });
    // Made of the same coefficients; rounding once more may move some.
    const difference = images.rgba.reduce((sum, v, i) => sum + Math.abs(v - last.rgba[i]), 0) / last.rgba.length;
    expect(difference).toBeLessThan(2);
  });

  it('is loaded from the page’s own folder; where it is not there, nothing is', async () => {
    const fetched = vi.fn<(url: URL) => Promise<Response>>();
    vi.stubGlobal('fetch', fetched);
    try {
      fetched.mockResolvedValueOnce(new Response('text'));
      expect(await loadShipped('https://example.org/folder/')).toBe('text');
      expect(String(fetched.mock.calls[0][0])).toBe(`https://example.org/folder/${SHIPPED_RECORDING}`);
      fetched.mockResolvedValueOnce(new Response('', { status: 404 }));
      expect(await loadShipped('https://example.org/')).toBeNull();
      fetched.mockRejectedValueOnce(new TypeError('offline'));
      expect(await loadShipped('https://example.org/')).toBeNull();
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
