/**
 * npm run record: runs the bundled default run and writes what it showed to public/recordings, where the page finds it
 * before its engine is ready. Goes the page's way from the engine's frames to what is shown.
 * Flags: --out FILE, and every setting's own; --beside says which methods run beside the leading one.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { createShapes } from '../engine/data/shapes';
import { decodeCheckpoint } from '../engine/generator/checkpoint';
import { Run } from '../engine/training/run';
import type { RunFrame } from '../engine/runReport';
import { Teacher } from '../engine/training/teacher';
import { SHIPPED_RECORDING } from '../state/recording/format';
import { readRecording } from '../state/recording/read';
import { SHIPPED_POSTER, writePoster } from '../state/recording/poster';
import { writeRecording } from '../state/recording/write';
import type { RunRecord } from '../state/runRecord';
import { afterFrame, emptyRecord, generatorArm, generatorArms } from '../state/runRecord';
import { describeNote, parseFlags } from '../state/settings';
import { startBackend } from './backend';
import { BUNDLED_FOLDER, readBytes, readNetworkFolder } from './files';

/** As often as the page gets frames. */
const FRAME_INTERVAL_MS = 100;
/** Looks at the generator's images during its training; as many are written. Each takes some 25 kB of the file, the first one more. */
const SNAPSHOTS = 5;

const { settings, notes, rest } = parseFlags(process.argv.slice(2));
for (const note of notes) console.log(describeNote(note));
const { values: flags } = parseArgs({
  args: rest,
  options: { out: { type: 'string', default: join('public', SHIPPED_RECORDING) } },
});

await startBackend('wasm');
const dataset = createShapes();
const teacher = new Teacher(await readNetworkFolder(BUNDLED_FOLDER));
const run = (await Run.create(
  teacher,
  dataset,
  settings,
  decodeCheckpoint(readBytes(join(BUNDLED_FOLDER, 'generator.bin'))),
))!;

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
  if (changed) console.log(`${stage} done after ${record.live!.elapsedSeconds.toFixed(0)} s`);
  stage = run.stageId;
  shownAt = performance.now();
}

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const text = await writeRecording(
  {
    settings,
    versions: { playground: version, tfjs: tf.version_core },
    backend: 'wasm',
    dataset: dataset.name,
    written: new Date().toISOString(),
    finished: true,
    record: { ...record, overview: run.overview, live: record.live! },
  },
  SNAPSHOTS * Math.max(1, generatorArms(run.overview).length),
);
// What the page could not read would be worth nothing.
const { record: written } = await readRecording(text);
mkdirSync(dirname(flags.out), { recursive: true });
writeFileSync(flags.out, text);
const poster = join(dirname(flags.out), basename(SHIPPED_POSTER));
const shown = generatorArm(run.overview);
if (shown)
  writeFileSync(poster, await writePoster(written.live.synthetic[shown]!.images, run.overview.network.numClasses));
for (const { id, accuracy } of record.live!.accuracy)
  console.log(`${id}: ${accuracy === null ? 'not measured' : `${(100 * accuracy).toFixed(1)} %`}`);
console.log(`${flags.out}: ${Math.ceil(text.length / 1000)} kB, ${record.history.length} moments`);
run.dispose();
teacher.dispose();
