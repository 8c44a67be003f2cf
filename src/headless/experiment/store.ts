/**
 * What an experiment has found, in a file, and its generators in a folder beside it: enough to go on after an
 * interruption.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { GeneratorSnapshot } from '../../engine/training/generatorTrainer';
import type { RunSnapshot } from '../../engine/training/run';
import type { Found } from './work';

const FORMAT = 'fdda-experiment-1';

/** A generator on its way. */
export interface StoredGenerator {
  snapshot: GeneratorSnapshot;
  /** Of training, all of it. */
  seconds: number;
  /** False: kept on the way to more steps, in case of an interruption. */
  finished: boolean;
  /** Which version of the engine trained it; the first one, where several did. Left out by programs before. */
  engine?: string;
}

/** A student on its way. */
export interface StoredStudent {
  /** Of its run, generator and all. */
  snapshot: RunSnapshot;
  /** What was said when its training made it worse; null: it did not so far. */
  collapse: string | null;
  /** As of a generator. */
  engine?: string;
}

/**
 * Generators by key and number of steps, and half-trained students. Several processes may use one folder: each
 * generator and each student is one process's at a time.
 */
export class GeneratorStore {
  constructor(readonly folder: string) {}

  private path(key: string, steps: number): string {
    return join(this.folder, `${key}-${steps}.bin`);
  }

  has(key: string, steps: number): boolean {
    return existsSync(this.path(key, steps));
  }

  /** Error where there is none. */
  load(key: string, steps: number): StoredGenerator {
    return deserialize(readFileSync(this.path(key, steps))) as StoredGenerator;
  }

  save(key: string, generator: StoredGenerator): void {
    mkdirSync(this.folder, { recursive: true });
    replace(this.path(key, generator.snapshot.step), serialize(generator));
  }

  remove(key: string, steps: number): void {
    rmSync(this.path(key, steps), { force: true });
  }

  private studentPath(id: string): string {
    return join(this.folder, `${id.replace(/[^0-9a-z]/gi, '-')}.student.bin`);
  }

  /** A half-trained student by its task's id; null for none. */
  loadStudent(id: string): StoredStudent | null {
    const path = this.studentPath(id);
    return existsSync(path) ? (deserialize(readFileSync(path)) as StoredStudent) : null;
  }

  saveStudent(id: string, student: StoredStudent): void {
    mkdirSync(this.folder, { recursive: true });
    replace(this.studentPath(id), serialize(student));
  }

  removeStudent(id: string): void {
    rmSync(this.studentPath(id), { force: true });
  }

  /** The most steps, at most `steps`, that there is a snapshot of; null for none. */
  latest(key: string, steps: number): number | null {
    const names = existsSync(this.folder) ? readdirSync(this.folder) : [];
    const found = names.flatMap((name) => {
      const [, owner, count] = /^([0-9a-f]+)-(\d+)\.bin$/.exec(name) ?? [];
      return owner === key && Number(count) <= steps ? [Number(count)] : [];
    });
    return found.length === 0 ? null : Math.max(...found);
  }
}

/**
 * Findings by id. With a file they are written whenever one is added; without one they and the generators go with the
 * program.
 */
export class Store {
  readonly generators: GeneratorStore;
  private readonly known: Record<string, Found> = {};
  /** How many findings were there from the start. */
  readonly reused: number;

  /** @throws Error for a file that is none of these */
  constructor(private readonly file: string | null) {
    this.generators = new GeneratorStore(
      file === null ? mkdtempSync(join(tmpdir(), 'fdda-experiment-')) : `${file}.generators`,
    );
    if (file !== null && existsSync(file)) this.known = this.read(file);
    this.reused = Object.keys(this.known).length;
  }

  private read(file: string): Record<string, Found> {
    let content: { format?: string; findings?: Record<string, Found> } | null;
    try {
      content = JSON.parse(readFileSync(file, 'utf8')) as typeof content;
    } catch {
      content = null;
    }
    if (content?.format !== FORMAT || !content.findings) {
      throw new Error(`${file} holds no experiment of this program. Choose another file for --state.`);
    }
    // A generator whose file is gone has to be trained again.
    return Object.fromEntries(
      Object.entries(content.findings).filter(([id, found]) => {
        const [, key, steps] = id.split(':');
        return found.kind !== 'generator' || this.generators.has(key, Number(steps));
      }),
    );
  }

  get findings(): Readonly<Record<string, Found>> {
    return this.known;
  }

  add(id: string, found: Found): void {
    this.known[id] = found;
    if (this.file === null) return;
    mkdirSync(dirname(this.file), { recursive: true });
    replace(this.file, JSON.stringify({ format: FORMAT, findings: this.known }));
  }

  close(): void {
    if (this.file === null) rmSync(this.generators.folder, { recursive: true, force: true });
  }
}

/** Writes a file so that whoever reads it, or goes on after a crash, finds the old one or the new one. */
function replace(path: string, content: string | Uint8Array): void {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}
