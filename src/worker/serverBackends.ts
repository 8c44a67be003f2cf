/**
 * The worker's backends: which is in use, which work, how fast they are. The first run does not wait for what another
 * backend could do: WebAssembly works everywhere at once, and the others are tried while nothing runs.
 */
import * as tf from '@tensorflow/tfjs-core';
import { webglAdapter, webgpuAdapter, type Adapter } from '../engine/backend/adapters';
import { BACKENDS, describeBackend, loadBackend, startBackend, type BackendOptions } from '../engine/backend/backends';
import { checkBackend } from '../engine/backend/smallStep';
import { fastest, timeStep, worthwhile } from '../engine/backend/timing';
import { say, SaidError, saidOf, type Said } from '../engine/sentences';
import type { BackendName, BackendReport, Failure } from './protocol';
import { failureOf, Refusal } from './serverFailures';

/** Milliseconds after an operation has failed in which its device may yet say that it is lost. */
const LOSS_MS = 300;

/** Milliseconds that the start waits for a graphics card, WebAssembly's own start included. */
const PATIENCE_MS = 600;

/** What is done with backends. A test plays those that its host has not. */
export interface BackendTools {
  webgpuAdapter: typeof webgpuAdapter;
  webglAdapter: typeof webglAdapter;
  /** Brings a backend up beside the current one. */
  load: typeof loadBackend;
  /** Makes it the current one. */
  start: typeof startBackend;
  check: typeof checkBackend;
  describe: typeof describeBackend;
  time: typeof timeStep;
}

const TOOLS: BackendTools = {
  webgpuAdapter,
  webglAdapter,
  load: loadBackend,
  start: startBackend,
  check: checkBackend,
  describe: describeBackend,
  time: timeStep,
};

export interface BackendWishes {
  /** Asked for by the user or the address. */
  wanted: BackendName | null;
  /** What the last visit found to be the fastest; it may be wrong by now. */
  remembered: BackendName | null;
  /** Not to be tried. */
  without: readonly BackendName[];
}

const LATE = Symbol('late');

/** The promise's value, or LATE; what comes later is nobody's concern. */
function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | typeof LATE> {
  promise.catch(() => undefined);
  const late = new Promise<typeof LATE>((resolve) => setTimeout(() => resolve(LATE), Math.max(0, milliseconds)));
  return Promise.race([promise, late]);
}

export class ServerBackends {
  /** One of each, in the order in which they are listed. */
  reports: BackendReport[] = [];
  current: BackendName = 'cpu';
  /** The one worth using, once all that may be were timed. */
  fastest: BackendName | null = null;
  private wanted: BackendName | null = null;
  private options: BackendOptions = {};
  private readonly software = new Set<BackendName>();
  private readonly adapters = new Map<BackendName, Promise<Adapter | null | undefined>>();
  private readonly watched = new WeakSet<object>();

  /** @param onLost is called once when the device of the backend in use is lost */
  constructor(
    private readonly onLost: (detail: string) => void,
    private readonly tools: BackendTools = TOOLS,
  ) {}

  /** The backend that the next run should move to; null: it stays. */
  get better(): BackendName | null {
    return this.wanted === null && this.fastest !== this.current ? this.fastest : null;
  }

  // ---- the start --------------------------------------------------------------------------------------------

  /**
   * Starts the backend that is wanted, else a graphics card that answers soon (or what the last visit found to be
   * better), else WebAssembly, else what works at all. None is used before its small training step agreed with the
   * expected values.
   *
   * @param report is told what is being started
   * @returns why the wanted one, or WebAssembly, is not the one in use; null where all is as wished
   * @throws Refusal where none works
   */
  async choose(
    { wanted, remembered, without }: BackendWishes,
    options: BackendOptions,
    report: (said: Said) => void,
  ): Promise<Failure | null> {
    const began = performance.now();
    this.options = options;
    this.fastest = null;
    this.software.clear();
    this.adapters.clear();
    this.reports = BACKENDS.map((name) =>
      without.includes(name)
        ? { name, works: false, secondsPerStep: null, detail: '', reason: say('switchedOff') }
        : { name, works: null, secondsPerStep: null, detail: '', reason: say('notTriedYet') },
    );
    // One that was switched off is not asked for.
    this.wanted = wanted !== null && this.may(wanted) ? wanted : null;
    const failed: BackendName[] = [];
    const begin = async (name: BackendName): Promise<boolean> => {
      report(say('startingBackend', say(name)));
      if (await this.begin(name)) return true;
      failed.push(name);
      return false;
    };
    if (this.wanted === null || !(await begin(this.wanted))) {
      this.wanted = null;
      const asked = remembered ?? 'webgpu';
      const card = (asked === 'webgpu' || asked === 'webgl') && this.may(asked) ? asked : null;
      // Asked now, so that the answer is there when WebAssembly is.
      if (card === 'webgpu') void this.adapterOf(card);
      if (this.may('wasm') && (await begin('wasm'))) {
        if (card) await this.beginSoon(card, () => PATIENCE_MS - (performance.now() - began));
      } else if (!(await this.beginAny(begin))) throw this.nothingWorks();
    }
    const [first] = failed;
    if (first === undefined) return null;
    return failureOf(
      'backend',
      say('backendFails', say(first), this.report(first).reason ?? say('notTried')),
      say('goingOnWith', say(this.current)),
    );
  }

  /** Loads a backend, makes it the current one and checks it. */
  private async begin(name: BackendName): Promise<boolean> {
    try {
      await this.tools.start(name, this.options);
      await this.check(name);
      this.use(name);
      return true;
    } catch (error) {
      this.giveUp(name, saidOf(error) || String(error));
      return false;
    }
  }

  /** Checks the backend that tfjs computes on. @throws SaidError where it computes wrongly */
  private async check(name: BackendName): Promise<void> {
    const wrong = await this.tools.check();
    if (wrong) throw new SaidError(wrong);
    const detail = await this.tools.describe(name);
    const { detail: adapter } = this.report(name);
    Object.assign(this.report(name), { works: true, detail: adapter || detail, reason: undefined });
  }

  /**
   * Takes a graphics card in place of the backend in use, if it answers in time; else it is tried when nothing runs.
   */
  private async beginSoon(name: 'webgpu' | 'webgl', left: () => number): Promise<void> {
    const before = this.current;
    const adapter = await within(this.adapterOf(name), left());
    if (adapter === LATE || !adapter || adapter.software) return;
    try {
      if ((await within(this.tools.load(name, this.options), left())) === LATE) return;
      await this.tools.start(name, this.options);
      if ((await within(this.check(name), left())) !== LATE) return this.use(name);
    } catch (error) {
      this.giveUp(name, saidOf(error) || String(error));
    }
    await this.tools.start(before, this.options);
  }

  /** Without WebAssembly: a graphics card, else whatever is fastest. */
  private async beginAny(begin: (name: BackendName) => Promise<boolean>): Promise<boolean> {
    for (const name of ['webgpu', 'webgl'] as const) {
      if (!this.may(name)) continue;
      if (!(await this.adapterOf(name)) || this.software.has(name)) continue;
      if (await begin(name)) return true;
    }
    const rest = BACKENDS.filter((name) => this.may(name));
    for (const name of rest) {
      if (!(await this.begin(name)) || rest.length === 1) continue;
      this.report(name).secondsPerStep = await this.tools.time(() => Promise.resolve(true));
    }
    const best = fastest(this.reports) ?? this.reports.find(({ works }) => works);
    if (!best) return false;
    await this.tools.start(best.name, this.options);
    this.use(best.name);
    return true;
  }

  private nothingWorks(): Refusal {
    const tried = this.reports.filter(({ reason }) => (reason as Said | undefined)?.name !== 'switchedOff');
    const names = tried.map(({ name }) => say(name) as Said);
    const listed = names.length === 0 ? say('noneTried') : names.reduce((all, name) => say('listed', all, name));
    return new Refusal('backend', say('noBackend', listed), say('noBackendHint'));
  }

  // ---- while nothing runs -----------------------------------------------------------------------------------

  /** Everything that is worth trying was tried. */
  get explored(): boolean {
    return this.fastest !== null;
  }

  /**
   * Tries and times what was not, one small step after the other. May be ended between any two of them, and then goes
   * on another time; afterwards tfjs computes on the backend in use, whatever happened.
   *
   * @param signal ends it at once
   * @param breathe is waited for before each step
   * @param changed is called when there is something new in `reports`
   */
  async explore(signal: AbortSignal, breathe: () => Promise<void>, changed: () => void): Promise<void> {
    const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    await Promise.race([this.tryAll(signal, breathe, changed), ended]);
    await this.tools.start(this.current, this.options);
  }

  private async tryAll(signal: AbortSignal, breathe: () => Promise<void>, changed: () => void): Promise<void> {
    /** After each wait the run may have begun: then nothing more is done here. */
    const going = async (work: Promise<unknown> | void) => {
      await work;
      return !signal.aborted;
    };
    const next = () => going(breathe());
    for (const name of ['webgpu', 'webgl'] as const) {
      if (this.may(name) && (!(await next()) || !(await going(this.adapterOf(name))))) return;
    }
    if (this.reports.some(({ works }) => works)) this.reportSlow();
    changed();
    // The one in use first: what the others are compared with.
    const rest = BACKENDS.filter((name) => name !== this.current && name !== 'cpu');
    for (const name of [this.current, ...rest]) {
      const report = this.report(name);
      const { works, reason, secondsPerStep } = report;
      if (works === false || secondsPerStep !== null || this.software.has(name) || name === 'cpu') continue;
      try {
        if (works === null) {
          report.reason = say('beingTried');
          changed();
        }
        if (!(await going(this.tools.load(name, this.options))) || !(await next())) return;
        if (!(await going(this.tools.start(name, this.options)))) return;
        if (works === null && !(await going(this.check(name)))) return;
        const seconds = await this.tools.time(next);
        if (signal.aborted) return;
        report.secondsPerStep = seconds;
      } catch (error) {
        if (!signal.aborted) this.giveUp(name, saidOf(error) || String(error));
      } finally {
        if (report.works === null && signal.aborted) report.reason = reason;
      }
      if (signal.aborted) return;
      await this.tools.start(this.current, this.options);
      changed();
    }
    this.fastest = worthwhile(this.reports, this.current);
    changed();
  }

  private reportSlow(): void {
    const cpu = this.report('cpu');
    if (cpu.works === null) cpu.reason = say('slowerThanOthers');
  }

  // ---- what is known ----------------------------------------------------------------------------------------

  private report(name: BackendName): BackendReport {
    return this.reports.find((each) => each.name === name)!;
  }

  private may(name: BackendName): boolean {
    return this.report(name).works !== false;
  }

  /** Looks once at what a graphics backend says of its adapter, and notes it. Never rejects. */
  private adapterOf(name: 'webgpu' | 'webgl'): Promise<Adapter | null | undefined> {
    const known = this.adapters.get(name);
    if (known) return known;
    const looking = this.look(name);
    this.adapters.set(name, looking);
    return looking;
  }

  private async look(name: 'webgpu' | 'webgl'): Promise<Adapter | null | undefined> {
    const report = this.report(name);
    try {
      const adapter = await (name === 'webgpu' ? this.tools.webgpuAdapter() : this.tools.webglAdapter());
      if (!adapter) {
        const missing = name === 'webgpu' ? 'noWebgpu' : 'noOffscreenCanvas';
        const none = name === 'webgpu' ? 'noAdapter' : 'noWebgl';
        this.giveUp(name, say(adapter === undefined ? missing : none));
        return adapter;
      }
      if (report.detail === '') report.detail = adapter.name;
      if (adapter.software) {
        this.software.add(name);
        if (report.works === null) report.reason = say('softwareAdapter');
      }
      return adapter;
    } catch (error) {
      this.giveUp(name, saidOf(error) || String(error));
      return null;
    }
  }

  private giveUp(name: BackendName, reason: Said | string): void {
    Object.assign(this.report(name), { works: false, secondsPerStep: null, reason });
    // What was the fastest without it is to be found out anew.
    if (this.fastest === name) this.fastest = null;
  }

  private use(name: BackendName): void {
    this.current = name;
    this.watch();
  }

  /** A new run could not be had on the fastest: it is not moved to again. */
  stay(): void {
    this.fastest = this.current;
  }

  // ---- changes ----------------------------------------------------------------------------------------------

  /**
   * Makes a backend the one in use; checks it where that was not done yet.
   *
   * @param byHand the user wants this one: no other takes its place by itself
   * @throws Refusal where it does not work
   */
  async start(name: BackendName, byHand = false): Promise<void> {
    const report = this.reports.find((each) => each.name === name);
    const refusal = (reason: Said | string) =>
      new Refusal('backend', say('backendFails', say(name), reason), say('otherBackendHint'));
    if (!report || report.works === false) throw refusal(report?.reason ?? say('notTried'));
    if (report.works === null) {
      const before = this.current;
      if (!(await this.begin(name))) {
        if (this.works(before)) await this.tools.start(before, this.options);
        throw refusal(this.report(name).reason ?? say('notTried'));
      }
    } else {
      try {
        await this.tools.start(name, this.options);
      } catch (error) {
        throw refusal(saidOf(error));
      }
      this.use(name);
    }
    if (byHand) this.wanted = name;
  }

  /**
   * Whether the device of the backend in use is gone. Operations may fail before it says so, and with words of their own
   * (a buffer was unmapped): so this waits a moment. `onLost` has been called when it is.
   */
  async isLost(): Promise<boolean> {
    const device = this.device();
    if (!device) return false;
    const lost = await within(device.lost, LOSS_MS);
    return lost !== LATE && lost.reason !== 'destroyed';
  }

  /** What WebGPU computes on, where it is in use. */
  private device(): { lost: Promise<{ reason?: string; message: string }> } | null {
    if (this.current !== 'webgpu') return null;
    const { device } = tf.backend() as unknown as { device?: ReturnType<ServerBackends['device']> };
    return device ?? null;
  }

  /** tfjs does not watch its device; when it is lost every later operation would hang or fail obscurely. */
  private watch(): void {
    const device = this.device();
    if (!device || this.watched.has(device)) return;
    this.watched.add(device);
    void device.lost.then((info) => {
      if (info.reason === 'destroyed') return;
      if (this.current === 'webgpu') this.onLost(info.message);
      else this.giveUp('webgpu', say('deviceWasLost'));
    });
  }

  /** The backend in use is gone for good. @returns what to go on with; null where nothing is left */
  giveUpCurrent(reason: Said): BackendName | null {
    this.giveUp(this.current, reason);
    // Those first that need no device.
    const untried = (['wasm', 'cpu', 'webgpu', 'webgl'] as const).find((name) => this.report(name).works === null);
    return fastest(this.reports)?.name ?? this.reports.find(({ works }) => works)?.name ?? untried ?? null;
  }

  works(name: BackendName): boolean {
    return this.reports.some((report) => report.name === name && report.works === true);
  }
}
