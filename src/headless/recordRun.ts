/** A whole run as a recording: the page's way from the engine's frames to what is shown. */
import * as tf from '@tensorflow/tfjs-core';
import type { Dataset } from '../engine/data/dataset';
import type { Checkpoint } from '../engine/generator/checkpoint';
import type { Network } from '../engine/network/types';
import type { RunFrame } from '../engine/runReport';
import type { RunSettings } from '../engine/runSettings';
import { Run } from '../engine/training/run';
import { Teacher } from '../engine/training/teacher';
import type { Recording } from '../state/recording/format';
import { readRecording } from '../state/recording/read';
import { writeRecording } from '../state/recording/write';
import type { RunRecord } from '../state/runRecord';
import { afterFrame, emptyRecord, generatorArms } from '../state/runRecord';

/** As often as the page gets frames. */
const FRAME_INTERVAL_MS = 100;
/** Looks at the generator's images during its training; as many are written. Each takes some 25 kB of the file, the first one more. */
const SNAPSHOTS = 5;

export interface RecordedRun {
  /** The file. */
  text: string;
  /** As a page reads it. */
  read: Recording;
  moments: number;
}

export interface RecordOptions {
  settings: RunSettings;
  /** What was asked for, which the file says, as of a run on the page: the run's own may be fitted to few images. */
  asked?: RunSettings;
  /** Leaves the calibration images out. */
  withhold?: boolean;
  /** What the page says that the images are. */
  called?: string;
}

/**
 * Needs the wasm backend.
 *
 * @param version of the playground
 *
 * @throws RangeError where network and images do not fit; RecordingError where the page could not open the file
 */
export async function recordRun(
  { network, dataset, checkpoint }: { network: Network; dataset: Dataset; checkpoint: Checkpoint | null },
  { settings, asked = settings, withhold = false, called = dataset.name }: RecordOptions,
  version: string,
  log: (line: string) => void,
): Promise<RecordedRun> {
  const teacher = new Teacher(network);
  const run = (await Run.create(teacher, dataset, settings, checkpoint))!;
  try {
    let record: RunRecord = emptyRecord(run.overview);
    const show = (frame: RunFrame) => {
      record = { ...record, ...afterFrame(record, frame) };
    };
    show(await run.frame(true));
    let stage = run.stageId;
    let shownAt = performance.now();
    /** Step of the generator at the next look. Looking changes nothing of the run: its latents are its own. */
    let nextLook = 1;
    /** Of the generator whose turn it is. */
    const stepOf = () => (run.phase === 'generator' ? run.position.step : 0);
    while (!run.finishedAll) {
      await run.advance();
      const changed = run.stageId !== stage || run.finishedAll;
      const look = changed || (run.phase === 'generator' && stepOf() >= nextLook);
      if (look) nextLook = stepOf() + Math.max(1, Math.ceil(settings.generatorSteps / (SNAPSHOTS - 1)));
      if (!look && performance.now() - shownAt < FRAME_INTERVAL_MS) continue;
      show(await run.frame(look));
      if (changed) log(`${stage} done after ${record.live!.elapsedSeconds.toFixed(0)} s`);
      stage = run.stageId;
      shownAt = performance.now();
    }
    const text = await writeRecording(
      {
        settings: asked,
        versions: { playground: version, tfjs: tf.version_core },
        backend: 'wasm',
        dataset: called,
        written: new Date().toISOString(),
        finished: true,
        record: { ...record, overview: run.overview, live: record.live! },
      },
      { mostSnapshots: SNAPSHOTS * Math.max(1, generatorArms(run.overview).length), withhold },
    );
    // What the page could not read would be worth nothing.
    return { text, read: await readRecording(text), moments: record.history.length };
  } finally {
    run.dispose();
    teacher.dispose();
  }
}
