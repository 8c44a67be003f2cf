/** What keeps a page's main thread, by that thread's own clock: other work on the machine does not count. */
import type { Browser, Page } from 'playwright-core';

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  /** Microseconds of the thread's own time, of an event that has a length. */
  tdur?: number;
  args?: { name?: string };
}

/**
 * Milliseconds of each task of the page's main thread while something is done, from Chromium's trace.
 *
 * @throws where `work` does
 */
export async function mainThreadTasks(browser: Browser, page: Page, work: () => Promise<void>): Promise<number[]> {
  await browser.startTracing(page, { categories: ['-*', 'disabled-by-default-devtools.timeline', '__metadata'] });
  let trace: Buffer;
  try {
    await work();
  } finally {
    trace = await browser.stopTracing();
  }
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const placeOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const isMain = ({ name, args }: TraceEvent) => name === 'thread_name' && args?.name === 'CrRendererMain';
  const threads = new Set(traceEvents.filter(isMain).map(placeOf));
  return traceEvents
    .filter((event) => event.name === 'RunTask' && event.tdur !== undefined && threads.has(placeOf(event)))
    .map(({ tdur }) => tdur! / 1000);
}
