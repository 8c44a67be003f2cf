/** Passes a test's calls to the worker, where the engine runs as it does behind the real page. */
const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (reason: Error) => void }>();
let lastId = 0;

worker.onmessage = ({ data: { id, value, error } }: MessageEvent) => {
  const { resolve, reject } = waiting.get(id)!;
  waiting.delete(id);
  if (error === undefined) resolve(value);
  else reject(new Error(error));
};
worker.onerror = (event) => {
  for (const { reject } of waiting.values()) reject(new Error(`the worker failed: ${event.message}`));
  waiting.clear();
};

Object.assign(window, {
  callEngine: (call: string, argument: unknown) =>
    new Promise((resolve, reject) => {
      waiting.set(++lastId, { resolve, reject });
      worker.postMessage({ id: lastId, call, argument });
    }),
});
