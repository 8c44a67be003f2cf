/** The worker's backends: which work, how fast they are, which is in use; notices when a device is lost. */
import * as tf from '@tensorflow/tfjs-core';
import { BACKENDS, fastest, probeBackend, startBackend, type BackendOptions, type BackendProbe } from '../engine/backend/backends';
import type { BackendName, Failure } from './protocol';
import { Refusal } from './serverFailures';

export const BACKEND_WORDS: Record<BackendName, string> = { webgpu: 'WebGPU', webgl: 'WebGL', wasm: 'WebAssembly', cpu: 'plain JavaScript' };

export class ServerBackends {
  /** What was found out at start, and since. */
  probes: BackendProbe[] = [];
  current: BackendName = 'cpu';
  private options: BackendOptions = {};
  private readonly watched = new WeakSet<object>();

  /** @param onLost is called once when the device of the backend in use is lost */
  constructor(private readonly onLost: (detail: string) => void) {}

  /**
   * Probes all backends and starts the one that is wanted or else the fastest.
   *
   * @param without backends not to be tried
   * @param report is called before each probe: fraction and words
   * @returns why the wanted one is not the one in use; null where all is as wished
   * @throws Refusal where none works
   */
  async choose(
    wanted: BackendName | null, without: readonly BackendName[], options: BackendOptions,
    report: (fraction: number, message: string) => void | Promise<void>,
  ): Promise<Failure | null> {
    this.options = options;
    const candidates = BACKENDS.filter((name) => !without.includes(name));
    this.probes = without.map((name) => ({ name, works: false, secondsPerStep: null, detail: '', reason: 'switched off in the address' }));
    for (const [i, name] of candidates.entries()) {
      await report(i / candidates.length, `Trying ${BACKEND_WORDS[name]}`);
      this.probes.push(await probeBackend(name, options));
    }
    const asked = this.probes.find(({ name }) => name === wanted);
    const chosen = asked?.works ? asked : fastest(this.probes);
    if (!chosen) {
      const tried = candidates.map((name) => BACKEND_WORDS[name]).join(', ') || 'none was tried';
      throw new Refusal('backend', `No backend works here (${tried}).`, 'Use a current browser, and take "without" out of the address if it is there.');
    }
    await this.start(chosen.name);
    if (!asked || asked === chosen) return null;
    return { code: 'backend', message: `${BACKEND_WORDS[asked.name]} does not work here: ${asked.reason}.`, hint: `Going on with ${BACKEND_WORDS[chosen.name]}.` };
  }

  /** Makes a backend the one in use. @throws Refusal where it is known not to work, or does not start */
  async start(name: BackendName): Promise<void> {
    const probe = this.probes.find((each) => each.name === name);
    const refusal = (reason: string) => new Refusal('backend', `${BACKEND_WORDS[name]} does not work here: ${reason}.`, 'Choose another backend; the run you had is still there.');
    if (!probe?.works) throw refusal(probe?.reason ?? 'it was not tried');
    try {
      await startBackend(name, this.options);
    } catch (error) {
      throw refusal((error as Error).message);
    }
    this.current = name;
    this.watch();
  }

  /** tfjs does not watch its device; when it is lost every later operation would hang or fail obscurely. */
  private watch(): void {
    if (this.current !== 'webgpu') return;
    const device = (tf.backend() as unknown as { device?: { lost: Promise<{ reason?: string; message: string }> } }).device;
    if (!device || this.watched.has(device)) return;
    this.watched.add(device);
    void device.lost.then((info) => {
      if (info.reason !== 'destroyed' && this.current === 'webgpu') this.onLost(info.message);
    });
  }

  /** The backend in use is gone for good. @returns what to go on with; null where nothing is left */
  giveUpCurrent(reason: string): BackendName | null {
    const probe = this.probes.find(({ name }) => name === this.current);
    if (probe) Object.assign(probe, { works: false, secondsPerStep: null, reason });
    return fastest(this.probes)?.name ?? null;
  }

  works(name: BackendName): boolean {
    return this.probes.some((probe) => probe.name === name && probe.works);
  }
}
