/**
 * Threads for this project's wasm module: workers that share the memory, sleep until there is something to do, and do a
 * part of it. Only where tfjs's backend runs with threads itself (an isolated page), because only then its memory can
 * be shared. The caller does the first part and then waits for the others without giving up its turn, as tfjs's own
 * threads do.
 */

/**
 * Places in the control array: jobs handed out, jobs done, workers that are ready, jobs that threw, then each worker's
 * job.
 */
const TURN = 0;
const DONE = 1;
const READY = 2;
const FAILED = 3;
const JOBS = 4;
/** Of a job: which function, how many arguments, the arguments. */
const JOB_LENGTH = 32;
const NO_JOB = -1;

/**
 * What a worker runs. Between jobs that follow each other closely it looks for the next one itself for a while; waking
 * a sleeping thread takes longer than many a job.
 */
const WORKER = `
onmessage = ({ data: { module, memory, control, index, names, turn, done, ready, failed, jobs, jobLength, spins } }) => {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const functions = names.map((name) => exports[name]);
  const at = jobs + index * jobLength;
  let seen = Atomics.load(control, turn);
  Atomics.add(control, ready, 1);
  for (;;) {
    for (let i = 0; i < spins && Atomics.load(control, turn) === seen; i++);
    // A worker may have done this turn's job and sleep again before the caller comes to wake it: nothing new then.
    while (Atomics.load(control, turn) === seen) Atomics.wait(control, turn, seen);
    seen = Atomics.load(control, turn);
    const which = control[at];
    try {
      if (which >= 0) functions[which](...control.subarray(at + 2, at + 2 + control[at + 1]));
    } catch {
      Atomics.add(control, failed, 1);
    }
    Atomics.add(control, done, 1);
  }
};`;

/** Looks at the next turn before a worker goes to sleep: some tens of microseconds. */
const SPINS = 2000;

/** Calls an exported function; the parts' arguments in order, the first for the caller itself. */
export interface Pool {
  readonly threads: number;
  run(name: string, parts: number[][]): void;
}

/** One thread: the caller. */
export function alone(call: (name: string, args: number[]) => void): Pool {
  return { threads: 1, run: (name, parts) => parts.forEach((args) => call(name, args)) };
}

/**
 * Starts `threads` - 1 workers. Until they are ready (which takes some turns of the event loop) the caller does
 * everything.
 *
 * @param module compiled for shared memory
 * @param names its functions
 */
export function startPool(
  threads: number,
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  names: string[],
  call: (name: string, args: number[]) => void,
): Pool {
  const count = threads - 1;
  const control = new Int32Array(new SharedArrayBuffer(4 * (JOBS + count * JOB_LENGTH)));
  const url = URL.createObjectURL(new Blob([WORKER], { type: 'text/javascript' }));
  for (let index = 0; index < count; index++) {
    new Worker(url).postMessage({
      module,
      memory,
      control,
      index,
      names,
      turn: TURN,
      done: DONE,
      ready: READY,
      failed: FAILED,
      jobs: JOBS,
      jobLength: JOB_LENGTH,
      spins: SPINS,
    });
  }
  const isReady = () => Atomics.load(control, READY) === count;
  return {
    get threads() {
      return isReady() ? threads : 1;
    },
    run(name, parts) {
      if (parts.length === 1 || !isReady()) {
        for (const args of parts) call(name, args);
        return;
      }
      if (parts.length > threads) throw new Error(`${parts.length} parts for ${threads} threads`);
      for (let index = 0; index < count; index++) {
        const at = JOBS + index * JOB_LENGTH;
        const args = parts[index + 1];
        control[at] = args ? names.indexOf(name) : NO_JOB;
        if (!args) continue;
        control[at + 1] = args.length;
        control.set(args, at + 2);
      }
      Atomics.store(control, DONE, 0);
      Atomics.add(control, TURN, 1);
      Atomics.notify(control, TURN);
      call(name, parts[0]);
      while (Atomics.load(control, DONE) < count);
      if (Atomics.exchange(control, FAILED, 0) > 0) throw new Error(`${name} failed in a thread`);
    },
  };
}
