/**
 * Prepares runs: of a network and images, with settings that fit them and the machine. Only when one is ready does it
 * take the place of the one before.
 */
import { areLarge } from '../engine/data/amounts';
import { settingsForDataset } from '../engine/data/settingsForDataset';
import type { RunSettings } from '../engine/runSettings';
import { say, type Said } from '../engine/sentences';
import { fitToMachine } from '../engine/training/machineFit';
import { Run } from '../engine/training/run';
import { measureSpeed, runSizeOf } from '../engine/training/speed';
import { Teacher } from '../engine/training/teacher';
import type { ServerDriver } from './serverDriver';
import { Superseded } from './serverFailures';
import type { Material, OnProgress, ServerMaterial } from './serverMaterial';
import type { ServerMessages } from './serverMessages';
import { transferables } from './serverTransfer';
import type { Resumed } from './protocol';

/** The run that is asked for. */
export interface Asked {
  runId: number;
  settings: RunSettings;
}

export interface BeginOptions {
  /** It is not new: where it goes on. */
  resumed?: Resumed | null;
  /** Asked between two pieces of work; false: a newer request has made it pointless. */
  wanted?: () => boolean;
  /** What is to be said of how its settings came about. */
  said?: Said[];
}

export interface RunsOptions {
  messages: ServerMessages;
  material: ServerMaterial;
  driver: ServerDriver;
  /** Lets other events of the worker in. */
  breathe: () => Promise<void>;
}

export class ServerRuns {
  constructor(private readonly options: RunsOptions) {}

  /** With what comes with the page. */
  async ofBundled(asked: Asked, resumed: Resumed | null = null): Promise<void> {
    const { material, messages } = this.options;
    const { problem, ...opened } = await material.bundled(this.progressOf(asked));
    if (problem && asked.settings.generatorStart === 'checkpoint') messages.failure(null, asked.runId, problem);
    await this.of(asked, opened, { resumed });
  }

  /** With this network, made anew on the backend in use; on failure the old teacher and run stay. */
  async of(asked: Asked, material: Material, options: BeginOptions = {}): Promise<void> {
    await this.withTeacher(material, (teacher) => this.begin(asked, teacher, material, options));
  }

  /**
   * The same with settings under which steps on large images take seconds and fit into memory.
   *
   * @returns those that were changed for it
   */
  ofFitting({ runId, settings }: Asked, material: Material): Promise<Partial<RunSettings>> {
    return this.withTeacher(material, async (teacher) => {
      const fitted = areLarge(teacher.definition.inputShape)
        ? fitToMachine(settings, runSizeOf(teacher), await measureSpeed(teacher))
        : {};
      const chosen = { ...settings, ...fitted };
      const { generatorBatch, generatorChannels, testImages } = chosen;
      const changed = Object.keys(fitted).length > 0;
      const said = changed ? [say('fittedToMachine', generatorBatch, generatorChannels, testImages)] : [];
      await this.begin({ runId, settings: chosen }, teacher, material, { said });
      return fitted;
    });
  }

  /** Frees the teacher where no run has it then. */
  private async withTeacher<T>({ network }: Material, work: (teacher: Teacher) => Promise<T>): Promise<T> {
    const teacher = new Teacher(network);
    try {
      return await work(teacher);
    } finally {
      if (this.options.material.teacher !== teacher) teacher.dispose();
    }
  }

  /** With a network that is on the backend. */
  async begin(
    { runId, settings: asked }: Asked,
    teacher: Teacher,
    { dataset, bundled }: Omit<Material, 'network'>,
    { resumed = null, wanted = () => true, said = [] }: BeginOptions = {},
  ): Promise<void> {
    const { driver, material, messages, breathe } = this.options;
    driver.status('preparing', runId);
    // Of the bundled images there are as many as any setting asks for.
    const { settings, notes } =
      dataset === material.shapes ? { settings: asked, notes: [] } : settingsForDataset(asked, dataset);
    const run = await Run.create(
      teacher,
      dataset,
      settings,
      material.checkpointFor(bundled),
      async (fraction, what) => {
        messages.progress(runId, 'statistics', fraction, what);
        await breathe();
        return wanted();
      },
    );
    if (!run) throw new Superseded();
    const snapshot = resumed?.snapshot ?? null;
    try {
      if (resumed) run.update(resumed.live);
      if (snapshot) await run.restore(snapshot);
    } catch (error) {
      run.dispose();
      throw error;
    }
    driver.replace(runId, run, settings, resumed);
    const { lookedAt, network } = run.overview;
    const some = lookedAt ? [say('lookedAtSome', lookedAt.length, network.numClasses)] : [];
    material.use(teacher, { dataset, bundled }, [...said, ...notes, ...some]);
    const overview = structuredClone(run.overview);
    messages.post({ type: 'overview', runId, overview }, transferables(overview));
    await driver.show(run, snapshot);
  }

  /** Tells the page how far something is that a run waits for. */
  progressOf({ runId }: Pick<Asked, 'runId'>): OnProgress {
    return (phase, fraction, said) => this.options.messages.progress(runId, phase, fraction, said);
  }
}
