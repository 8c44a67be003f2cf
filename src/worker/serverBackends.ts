/** The worker's backends: which work, how fast they are, which is in use; notices when a device is lost. */
import * as tf from '@tensorflow/tfjs-core';
import {
  BACKENDS,
  fastest,
  probeBackend,
  startBackend,
  type BackendOptions,
  type BackendProbe,
} from '../engine/backend/backends';
import { say, saidOf, type Said } from '../engine/sentences';
import type { BackendName, Failure } from './protocol';
import { failureOf, Refusal } from './serverFailures';

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
   * @param report is called before each probe: fraction and what is being done
   * @returns why the wanted one is not the one in use; null where all is as wished
   * @throws Refusal where none works
   */
  async choose(
    wanted: BackendName | null,
    without: readonly BackendName[],
    options: BackendOptions,
    report: (fraction: number, said: Said) => void | Promise<void>,
  ): Promise<Failure | null> {
    this.options = options;
    const candidates = BACKENDS.filter((name) => !without.includes(name));
    this.probes = without.map((name) => ({
      name,
      works: false,
      secondsPerStep: null,
      detail: '',
      reason: say('switchedOff'),
    }));
    for (const [i, name] of candidates.entries()) {
      await report(i / candidates.length, say('tryingBackend', say(name)));
      this.probes.push(await probeBackend(name, options));
    }
    const asked = this.probes.find(({ name }) => name === wanted);
    const chosen = asked?.works ? asked : fastest(this.probes);
    if (!chosen) {
      const tried =
        candidates.length === 0
          ? say('noneTried')
          : candidates.map((name) => say(name) as Said).reduce((all, name) => say('listed', all, name));
      throw new Refusal('backend', say('noBackend', tried), say('noBackendHint'));
    }
    await this.start(chosen.name);
    if (!asked || asked === chosen) return null;
    return failureOf(
      'backend',
      say('backendFails', say(asked.name), asked.reason ?? say('notTried')),
      say('goingOnWith', say(chosen.name)),
    );
  }

  /** Makes a backend the one in use. @throws Refusal where it is known not to work, or does not start */
  async start(name: BackendName): Promise<void> {
    const probe = this.probes.find((each) => each.name === name);
    const refusal = (reason: Said | string) =>
      new Refusal('backend', say('backendFails', say(name), reason), say('otherBackendHint'));
    if (!probe?.works) throw refusal(probe?.reason ?? say('notTried'));
    try {
      await startBackend(name, this.options);
    } catch (error) {
      throw refusal(saidOf(error));
    }
    this.current = name;
    this.watch();
  }

  /** tfjs does not watch its device; when it is lost every later operation would hang or fail obscurely. */
  private watch(): void {
    if (this.current !== 'webgpu') return;
    const device = (tf.backend() as unknown as { device?: { lost: Promise<{ reason?: string; message: string }> } })
      .device;
    if (!device || this.watched.has(device)) return;
    this.watched.add(device);
    void device.lost.then((info) => {
      if (info.reason !== 'destroyed' && this.current === 'webgpu') this.onLost(info.message);
    });
  }

  /** The backend in use is gone for good. @returns what to go on with; null where nothing is left */
  giveUpCurrent(reason: Said): BackendName | null {
    const probe = this.probes.find(({ name }) => name === this.current);
    if (probe) Object.assign(probe, { works: false, secondsPerStep: null, reason });
    return fastest(this.probes)?.name ?? null;
  }

  works(name: BackendName): boolean {
    return this.probes.some((probe) => probe.name === name && probe.works);
  }
}
