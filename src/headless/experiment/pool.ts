/** Works an experiment off with several processes at a time. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Store } from './store';
import { generatorId, type Finding, type Found, type Task, type Workbook } from './work';
import type { FromWorker, ToWorker, WorkerSetup } from './worker';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

/** A task that somebody is at. */
export interface Running {
  task: Task;
  /** 0 to 1. */
  fraction: number;
  began: number;
}

export interface PoolEvents {
  begun(running: readonly Running[]): void;
  progress(running: readonly Running[]): void;
  finished(task: Task, finding: Finding, running: readonly Running[]): void;
}

interface Member {
  process: ChildProcess;
  running: Running | null;
  idle: boolean;
}

/** Starts the processes at once; `work` returns when everything is found or `stop` was called. */
export class Pool {
  private members: Member[] = [];
  private stopping = false;
  private settle: { resolve(): void; reject(error: Error): void } | null = null;
  private over = false;

  /** @param engine names the program in what is kept */
  constructor(
    private readonly book: Workbook,
    private readonly store: Store,
    private readonly setup: WorkerSetup,
    private readonly engine: string,
    private readonly events: PoolEvents,
  ) {}

  private get running(): Running[] {
    return this.members.flatMap(({ running }) => (running ? [running] : []));
  }

  /** @throws Error where a process ends unexpectedly or a task cannot be done; the others are ended then */
  work(jobs: number): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.settle = { resolve, reject };
      const count = Math.min(jobs, this.book.remaining(this.store.findings).length);
      if (count === 0) return this.end(null);
      for (let i = 0; i < count; i++) this.members.push(this.start());
    });
  }

  /** Lets every process keep what it has and end. */
  stop(): void {
    this.stopping = true;
    for (const member of this.members) {
      if (member.running) tell(member, { type: 'stop' });
    }
    this.assign();
  }

  private start(): Member {
    // The parent's own loader for TypeScript comes with it.
    const process = fork(WORKER, [JSON.stringify(this.setup)], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const member: Member = { process, running: null, idle: false };
    let complaints = '';
    process.stderr!.on('data', (text: Buffer) => (complaints = (complaints + text.toString()).slice(-4000)));
    process.on('message', (message: FromWorker) => this.hear(member, message));
    process.on('exit', (code) => {
      this.members = this.members.filter((other) => other !== member);
      if (!this.over)
        this.end(
          new Error(`A process of the experiment ended unexpectedly (${code ?? 'killed'}). ${complaints}`.trim()),
        );
    });
    return member;
  }

  private hear(member: Member, message: FromWorker): void {
    switch (message.type) {
      case 'ready':
        member.idle = true;
        break;
      case 'progress':
        if (member.running) member.running.fraction = message.fraction;
        this.events.progress(this.running);
        return;
      case 'error':
        this.end(new Error(message.message));
        return;
      case 'done': {
        const { task } = member.running!;
        member.running = null;
        member.idle = true;
        if (message.finding) this.keep(task, message.finding);
        break;
      }
    }
    this.assign();
  }

  private keep(task: Task, finding: Finding): void {
    const { begunBy, ...found } = finding;
    // What is half another version's is not this one's.
    this.store.add(task.id, { ...found, engine: begunBy ?? this.engine } as Found);
    this.events.finished(task, finding, this.running);
  }

  /** Gives every idle process something to do. */
  private assign(): void {
    if (this.over) return;
    for (const member of this.members) {
      if (!member.idle || this.stopping) continue;
      const task = this.next();
      if (!task) continue;
      member.idle = false;
      member.running = { task, fraction: 0, began: performance.now() };
      tell(member, { type: 'work', task });
      this.events.begun(this.running);
    }
    const waits = !this.stopping && this.book.remaining(this.store.findings).length > 0;
    if (this.running.length > 0 || (waits && this.members.some(({ idle }) => !idle))) return;
    this.end(waits ? new Error('The experiment has work left that waits for something that never comes.') : null);
  }

  /** The next task that waits for nothing. What needs a generator whose training failed has failed with it. */
  private next(): Task | null {
    for (;;) {
      const task = this.book.ready(this.store.findings, new Set(this.running.map((each) => each.task.id)))[0];
      if (!task) return null;
      const {
        kind,
        generator: key,
        cell: { settings },
      } = task;
      const generator = kind === 'generator' ? null : this.store.findings[generatorId(key, settings.generatorSteps)];
      if (generator?.kind !== 'failed') return task;
      this.keep(task, { kind: 'failed', message: `Its generator: ${generator.message}`, seconds: 0 });
    }
  }

  private end(error: Error | null): void {
    if (this.over) return;
    this.over = true;
    for (const { process } of this.members) if (process.connected) process.disconnect();
    if (error) this.settle?.reject(error);
    else this.settle?.resolve();
  }
}

function tell(member: Member, message: ToWorker): void {
  if (member.process.connected) member.process.send(message);
}
