import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadFile } from '../../src/worker/serverLoad';

const BYTES = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7 + (i >> 8)) & 255);
const quick = { waits: [1, 1, 1], stallMs: 300 };

let server: Server;
let url: string;
let asked: number;
/** What becomes of each answer: bytes that are sent, and whether the connection breaks off or falls silent then. */
let answers: { bytes: number; then?: 'cut' | 'stall'; status?: number }[];
beforeEach(async () => {
  asked = 0;
  server = createServer((_request, response) => {
    const { bytes, then, status = 200 } = answers[Math.min(asked++, answers.length - 1)];
    response.writeHead(status, { 'Content-Length': BYTES.length });
    response.write(BYTES.subarray(0, bytes), () => {
      if (then === 'cut') response.socket!.destroy();
      else if (then === undefined) response.end(BYTES.subarray(bytes));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.bin`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const tenths = Array.from({ length: 10 }, (_, i) => i);

describe('a file over a network', () => {
  it.each(tenths)('that is cut after %i tenths comes whole with the next try', async (tenth) => {
    answers = [{ bytes: Math.floor((BYTES.length * tenth) / 10), then: 'cut' }, { bytes: BYTES.length }];
    expect(new Uint8Array(await loadFile(url, quick))).toEqual(BYTES);
    expect(asked).toBe(2);
  });

  it('that falls silent is asked for again', async () => {
    answers = [{ bytes: 1000, then: 'stall' }, { bytes: BYTES.length }];
    expect(new Uint8Array(await loadFile(url, quick))).toEqual(BYTES);
  });

  it('that never comes whole is given up, with its name and the reason', async () => {
    answers = [{ bytes: 1000, then: 'cut' }];
    await expect(loadFile(url, quick)).rejects.toThrow(/model\.bin cannot be loaded \(.+\)\.$/);
    expect(asked).toBe(4);
    answers = [{ bytes: 1000, then: 'stall' }];
    await expect(loadFile(url, { ...quick, waits: [] })).rejects.toThrow(/no byte for 0\.3 s/);
  });

  it('that is not there is not asked for again; of a server that is overloaded it is', async () => {
    answers = [{ bytes: 0, status: 404 }];
    await expect(loadFile(url, quick)).rejects.toThrow(`${url} cannot be loaded (404 Not Found).`);
    expect(asked).toBe(1);
    asked = 0;
    answers = [{ bytes: 0, status: 503 }, { bytes: BYTES.length }];
    expect((await loadFile(url, quick)).byteLength).toBe(BYTES.length);
  });
});
