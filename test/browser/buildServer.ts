/** The production build on a server of a test's own, which can be stopped, and whose files a test may change. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, inject } from 'vitest';

export interface Stored {
  headers: Record<string, string>;
  body: Buffer;
}

/** The whole build by its paths, as the server of the other tests sends it. */
export async function wholeBuild(): Promise<Map<string, Stored>> {
  const url = inject('pageUrl');
  const files = new Map<string, Stored>();
  const fetchFile = async (path: string) => {
    const response = await fetch(url + path);
    expect(response.status, path).toBe(200);
    const headers = Object.fromEntries(
      [...response.headers].filter(([name]) => /^(content-type|cross-origin-.*)$/.test(name)),
    );
    files.set(path, { headers, body: Buffer.from(await response.arrayBuffer()) });
  };
  await fetchFile('service-worker.js');
  const script = files.get('service-worker.js')!.body.toString('utf8');
  for (const [, path] of script.matchAll(/"url":"([^"]+)"/g)) await fetchFile(path);
  return files;
}

export class BuildServer {
  private server: Server | null = null;
  /** Stays what it was at first. */
  private port = 0;

  constructor(public files: Map<string, Stored>) {}

  get url(): string {
    return `http://localhost:${this.port}/`;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      const path = new URL(request.url!, 'http://localhost').pathname.slice(1) || 'index.html';
      const file = this.files.get(path);
      if (file) response.writeHead(200, { ...file.headers, 'Cache-Control': 'no-cache' }).end(file.body);
      else response.writeHead(404).end();
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(this.port, 'localhost', resolve));
    this.port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.server = null;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }
}
