/**
 * npm run train:generator: trains the generator ahead on the bundled network, so that the page's default run can go on
 * from it, and writes it to public/models/shapes-resnet/generator.bin. Takes the page's settings as flags
 * (--generator-steps, --seed, ...), and --model FOLDER, --out FILE.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createShapes } from '../engine/data/shapes';
import { encodeCheckpoint } from '../engine/generator/checkpoint';
import { Generator, type GeneratorConfig } from '../engine/generator/generator';
import { Random } from '../engine/random';
import { GeneratorTrainer } from '../engine/training/generatorTrainer';
import { prepareRun } from '../engine/training/prepare';
import type { RunSettings } from '../engine/runSettings';
import { SyntheticProbe } from '../engine/training/syntheticProbe';
import { Teacher } from '../engine/training/teacher';
import { describeNote, flagsHelp, parseFlags } from '../state/settings';
import { startBackend } from './backend';
import { BUNDLED_FOLDER, readNetworkFolder } from './files';

const { settings: given, rest, notes } = parseFlags(process.argv.slice(2));
if (rest.includes('--help')) {
  console.log(`Flags:\n${flagsHelp(['beside'])}`);
  process.exit(0);
}
const own = (name: string, fallback: string) => (rest.includes(name) ? rest[rest.indexOf(name) + 1] : fallback);
for (const note of notes) console.warn(describeNote(note));
const settings: RunSettings = { ...given, generatorStart: 'scratch' };

await startBackend();
const teacher = new Teacher(await readNetworkFolder(own('--model', BUNDLED_FOLDER)));
const { definition } = teacher;
const prepared = (await prepareRun(teacher, createShapes(), settings, null))!;
// Its own stream: a run that goes on from the checkpoint must not meet the same draws again.
const random = new Random(settings.seed).fork('checkpoint');
const config: GeneratorConfig = {
  latentDim: 100,
  channels: settings.generatorChannels,
  imageSize: definition.inputShape[0],
  imageChannels: definition.inputShape[2],
  numClasses: definition.numClasses,
};
const generator = Generator.create(config, random.fork('weights'));
const targets = prepared.createTargets(settings);
const trainer = new GeneratorTrainer(
  generator,
  teacher,
  targets,
  prepared.overview.calibration.reliable,
  random.fork('steps'),
);
const probe = new SyntheticProbe('fdda', teacher, generator, prepared, random.fork('probe'));
const began = Date.now();
while (trainer.steps < settings.generatorSteps) {
  trainer.step(settings);
  if (trainer.steps % 20 === 0) await trainer.drain();
  if (trainer.steps % 100 === 0) {
    const { separation, verdicts } = await probe.look(trainer.steps);
    const layer = separation.nearestCenterAccuracy.length - 1;
    const right = verdicts.predicted.filter((p, i) => p === verdicts.labels[i]).length / verdicts.labels.length;
    const left = (((Date.now() - began) / trainer.steps) * (settings.generatorSteps - trainer.steps)) / 1000;
    console.log(
      `step ${trainer.steps}/${settings.generatorSteps}: teacher agrees ${(100 * right).toFixed(0)} %, nearest centre at the last layer ${(100 * separation.nearestCenterAccuracy[layer]).toFixed(0)} %, ${left.toFixed(0)} s left`,
    );
  }
}
const seconds = Math.round((Date.now() - began) / 1000);
const bytes = encodeCheckpoint(await generator.download(), {
  config,
  steps: trainer.steps,
  seed: settings.seed,
  network: definition.name,
  settings: {
    imagesPerClass: settings.imagesPerClass,
    generatorBatch: settings.generatorBatch,
    generatorLearningRate: settings.generatorLearningRate,
    ceMixed: settings.ceMixedWeight,
    bns: settings.bnsWeight,
    distorted: settings.distortedWeight,
    ceSingle: settings.ceSingleWeight,
    centralized: settings.centralizedWeight,
    distortionMean: settings.distortionMean,
    distortionVariance: settings.distortionVariance,
  },
  note: `${trainer.steps} steps of the FDDA loss, ${settings.imagesPerClass} image a class, seed ${settings.seed}`,
});
const out = own('--out', join(BUNDLED_FOLDER, 'generator.bin'));
writeFileSync(out, new Uint8Array(bytes));
console.log(`${out}: ${(bytes.byteLength / 1e6).toFixed(2)} MB, ${seconds} s`);
