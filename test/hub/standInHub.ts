/**
 * A hub to test against: the addresses, answers, redirects to a second server and headers of the real one, and whatever
 * can go wrong with them.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What goes wrong with a file. Each is used up by an answer, unless it is for always. */
export type Fault =
  /** The connection breaks off after so many bytes. */
  | { kind: 'cut'; after: number }
  /** Nothing more comes after so many bytes, and the connection stays open. */
  | { kind: 'stuck'; after: number }
  /** Comes in pieces of so many bytes, 5 ms apart. */
  | { kind: 'slow'; piece: number }
  | { kind: 'status'; status: number; headers?: Record<string, string> }
  /** Knows no ranges: always the whole file. */
  | { kind: 'noRanges' }
  /** Another part than was asked for, said so. */
  | { kind: 'wrongPart' }
  /** Whole, but with a byte changed. */
  | { kind: 'changedByte' }
  /** Fewer bytes than were listed, as if it were all. */
  | { kind: 'short'; bytes: number }
  /** A web page in its place. */
  | { kind: 'page' }
  /** Does not let other pages read it. */
  | { kind: 'noCors' };

export interface StandInRepository {
  files: Record<string, Uint8Array>;
  gated?: false | 'auto' | 'manual';
  card?: Record<string, unknown>;
  /** Datasets: the converted tables; without, there is no such list. */
  tables?: Record<string, Record<string, Uint8Array[]>>;
}

export interface Asked {
  path: string;
  range: string | null;
  method: string;
}

const SHA = 'c0ffee'.padEnd(40, '0');
const EXPOSED = 'X-Repo-Commit,X-Error-Code,X-Error-Message,ETag,Accept-Ranges,Content-Range,X-Linked-Size';

export class StandInHub {
  readonly models = new Map<string, StandInRepository>();
  readonly datasets = new Map<string, StandInRepository>();
  /** By the file's name; the first of each list is next. `always` stays. */
  readonly faults = new Map<string, (Fault & { always?: boolean })[]>();
  /** All that was asked for, of files. */
  asked: Asked[] = [];
  private servers: Server[] = [];
  private files = new Map<string, Uint8Array>();
  /** Where pages and lists are, and where the files themselves are: without a slash at the end. */
  url = '';
  private store = '';

  static async start(): Promise<StandInHub> {
    const hub = new StandInHub();
    const listen = (answer: (request: IncomingMessage, response: ServerResponse) => void) =>
      new Promise<string>((resolve) => {
        const server = createServer((request, response) => answer(request, response));
        hub.servers.push(server);
        server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
      });
    hub.store = await listen((request, response) => void hub.giveFile(request, response));
    hub.url = await listen((request, response) => hub.answer(request, response));
    return hub;
  }

  async stop(): Promise<void> {
    for (const server of this.servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  fail(file: string, ...faults: (Fault & { always?: boolean })[]): void {
    this.faults.set(file, [...(this.faults.get(file) ?? []), ...faults]);
  }

  reset(): void {
    this.models.clear();
    this.datasets.clear();
    this.faults.clear();
    this.files.clear();
    this.asked = [];
  }

  private fault(file: string): Fault | null {
    const list = this.faults.get(file) ?? [];
    return (list[0]?.always ? list[0] : list.shift()) ?? null;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const origin = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': EXPOSED };
    const path = decodeURI(new URL(request.url!, this.url).pathname);
    const json = (value: unknown) => {
      response.writeHead(200, { ...origin, 'Content-Type': 'application/json; charset=utf-8' });
      response.end(JSON.stringify(value));
    };
    // As the hub does it: what does not exist, and what is not for everybody, is the same to a stranger.
    const unknown = () => {
      response.writeHead(401, { ...origin, 'X-Error-Code': 'RepoNotFound' });
      response.end('Repository not found');
    };
    if (request.method === 'OPTIONS') {
      response.writeHead(204, { ...origin, 'Access-Control-Allow-Headers': 'range' });
      return void response.end();
    }
    const failing = this.fault(path);
    if (failing?.kind === 'status') {
      response.writeHead(failing.status, { ...origin, ...failing.headers });
      return void response.end();
    }
    const tables = /^\/api\/datasets\/(.+)\/parquet$/.exec(path);
    if (tables) {
      const found = this.datasets.get(tables[1])?.tables;
      if (!found) {
        response.writeHead(404, { ...origin, 'X-Error-Code': 'EntryNotFound' });
        return void response.end();
      }
      const listed = Object.entries(found).map(([config, splits]) => [
        config,
        Object.fromEntries(
          Object.entries(splits).map(([split, list]) => [
            split,
            list.map((_, i) => `${this.url}/api/datasets/${tables[1]}/parquet/${config}/${split}/${i}.parquet`),
          ]),
        ),
      ]);
      return json(Object.fromEntries(listed));
    }
    const table = /^\/api\/datasets\/(.+)\/parquet\/([^/]+)\/([^/]+)\/(\d+)\.parquet$/.exec(path);
    if (table) {
      const [, id, config, split, i] = table;
      return this.redirect(
        response,
        origin,
        `${split}/${i}.parquet`,
        this.datasets.get(id)?.tables?.[config]?.[split]?.[+i],
      );
    }
    const info = /^\/api\/(models|datasets)\/(.+)\/revision\/([^/]+)$/.exec(path);
    if (info) {
      const repository = (info[1] === 'models' ? this.models : this.datasets).get(info[2]);
      if (!repository) return unknown();
      return json({
        id: info[2],
        sha: SHA,
        gated: repository.gated ?? false,
        cardData: repository.card ?? {},
        siblings: Object.entries(repository.files).map(([rfilename, bytes]) => ({
          rfilename,
          size: bytes.length,
          ...(bytes.length > 4096
            ? { lfs: { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') } }
            : {}),
        })),
      });
    }
    const file = /^\/(datasets\/)?([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path);
    if (file) {
      const bytes = (file[1] ? this.datasets : this.models).get(file[2])?.files[file[4]];
      return this.redirect(response, origin, file[4], bytes);
    }
    unknown();
  }

  private redirect(response: ServerResponse, headers: object, name: string, bytes: Uint8Array | undefined): void {
    if (!bytes) {
      response.writeHead(404, { ...headers, 'X-Error-Code': 'EntryNotFound' });
      return void response.end();
    }
    this.files.set(`/${name}`, bytes);
    response.writeHead(302, { ...headers, Location: `${this.store}/${name}?Expires=1` });
    response.end();
  }

  private async giveFile(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURI(new URL(request.url!, this.store).pathname);
    const range = request.headers.range ?? null;
    const method = request.method!;
    this.asked.push({ path: path.slice(1), range, method });
    const fault = method === 'HEAD' ? null : this.fault(path.slice(1));
    const origin: Record<string, string> =
      fault?.kind === 'noCors'
        ? {}
        : { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': EXPOSED, ETag: `"${path.length}"` };
    let bytes = this.files.get(path);
    if (!bytes) return void response.writeHead(404, origin).end();
    if (method === 'HEAD') {
      return void response
        .writeHead(200, { ...origin, 'Content-Length': bytes.length, 'Accept-Ranges': 'bytes' })
        .end();
    }
    if (fault?.kind === 'status') return void response.writeHead(fault.status, { ...origin, ...fault.headers }).end();
    if (fault?.kind === 'page') {
      return void response.writeHead(200, { ...origin, 'Content-Type': 'text/html' }).end('<title>Log in</title>');
    }
    if (fault?.kind === 'changedByte') (bytes = Uint8Array.from(bytes))[bytes.length >> 1] ^= 1;
    if (fault?.kind === 'short') bytes = bytes.subarray(0, fault.bytes);
    const asked = range && fault?.kind !== 'noRanges' ? /^bytes=(\d+)-(\d*)$/.exec(range) : null;
    let body = bytes;
    if (asked) {
      let start = Number(asked[1]);
      const end = asked[2] === '' ? bytes.length : Math.min(bytes.length, Number(asked[2]) + 1);
      if (start >= bytes.length) return void response.writeHead(416, origin).end();
      if (fault?.kind === 'wrongPart') start = Math.max(0, start - 1);
      body = bytes.subarray(start, end);
      response.writeHead(206, {
        ...origin,
        'Content-Length': body.length,
        'Content-Range': `bytes ${start}-${end - 1}/${bytes.length}`,
      });
    } else response.writeHead(200, { ...origin, 'Content-Length': body.length });
    if (fault?.kind === 'slow') {
      for (let at = 0; at < body.length && !response.destroyed; at += fault.piece) {
        response.write(body.subarray(at, at + fault.piece));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return void response.end();
    }
    if (fault?.kind !== 'cut' && fault?.kind !== 'stuck') return void response.end(body);
    response.write(body.subarray(0, fault.after), () => {
      if (fault.kind === 'cut') setTimeout(() => response.destroy(), 10);
    });
  }
}
