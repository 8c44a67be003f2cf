/** Networks, generators and data for the benchmark's steps. Weights are random: time does not depend on them. */
import * as tf from '@tensorflow/tfjs-core';
import { BnsTable, runningStatistics } from '../../engine/bns/statistics';
import { Generator } from '../../engine/generator/generator';
import { generatorMacs } from '../../engine/generator/generatorConfig';
import { defaultStartLayer, GeneratorTargets } from '../../engine/losses/generatorTargets';
import { createResNet } from '../../engine/network/resnet';
import { Student } from '../../engine/quantization/student';
import { Random } from '../../engine/random';
import { GeneratorTrainer } from '../../engine/training/generatorTrainer';
import type { RunSettings } from '../../engine/runSettings';
import { StudentTrainer } from '../../engine/training/studentTrainer';
import { Teacher } from '../../engine/training/teacher';
import { defaultSettings } from '../../state/settings';

export interface FixtureOptions {
  name: string;
  /** Height and width of the images. */
  size: number;
  /** Channels of the network's stages. */
  widths: number[];
  /** Residual blocks a stage. */
  blocks: number;
  classes: number;
  /** Channels of the generator's first block. */
  generatorChannels: number;
  /** Images in each of a step's two batches. */
  batch: number;
  /** Of the student's weights and activations; left out: the page's. */
  bits?: number;
}

/** The paper's generator beside a ResNet-20: what published times are of. */
export const REFERENCE: FixtureOptions = {
  name: 'ResNet-20, generator with 128 channels',
  size: 32,
  widths: [16, 32, 64],
  blocks: 3,
  classes: 10,
  generatorChannels: 128,
  batch: 16,
};
/** What the page starts with. */
export const BUNDLED: FixtureOptions = {
  name: 'Shapes ResNet-14, generator with 64 channels',
  size: 32,
  widths: [8, 24, 40],
  blocks: 2,
  classes: 10,
  generatorChannels: 64,
  batch: 16,
};
export const TINY: FixtureOptions = {
  name: 'tiny',
  size: 8,
  widths: [3, 4, 5],
  blocks: 1,
  classes: 3,
  generatorChannels: 4,
  batch: 2,
};

/** What both sides of a comparison work on. Owns its tensors: call `dispose`. */
export class Fixture {
  readonly settings: RunSettings;
  readonly teacher: Teacher;
  readonly targets: GeneratorTargets;
  readonly calibrationImages: tf.Tensor4D;
  readonly calibrationLabels: Uint16Array;
  readonly reliable: Uint8Array;
  private readonly running: BnsTable;
  private readonly random = new Random(1);

  constructor(readonly options: FixtureOptions) {
    const { name, size, widths, blocks, classes, generatorChannels, batch, bits } = options;
    this.settings = {
      ...defaultSettings(),
      generatorChannels,
      generatorBatch: batch,
      calibrationBatch: batch,
      syntheticBatch: batch,
      augment: false,
      labelRule: false,
      // The student of the authors' program, which is what the plain composition and PyTorch compute.
      clippedGradient: 'pass',
      weightRangeShare: 1,
      updateLimit: 0,
      ...(bits === undefined ? {} : { weightBits: bits, activationBits: bits }),
    };
    const network = createResNet(
      {
        name,
        inputShape: [size, size, 3],
        classNames: Array.from({ length: classes }, (_, i) => `${i}`),
        normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
        widths,
        strides: [1, 2, 2],
        blocks,
        stemStride: 1,
        epsilon: 1e-5,
      },
      this.random.fork('network'),
    );
    this.teacher = new Teacher(network);
    this.running = runningStatistics(network);
    const centers = BnsTable.concat(Array.from({ length: classes }, () => this.running));
    this.targets = new GeneratorTargets(this.running, centers, defaultStartLayer(this.running.layers.length));
    this.calibrationLabels = Uint16Array.from({ length: classes }, (_, i) => i);
    this.reliable = new Uint8Array(classes).fill(1);
    this.calibrationImages = this.images(classes);
  }

  /** [n, size, size, 3] like normalised pixels. */
  images(n: number): tf.Tensor4D {
    const { size } = this.options;
    return tf.tensor4d(this.random.fork(`images ${n}`).fillNormal(new Float32Array(n * size * size * 3)), [
      n,
      size,
      size,
      3,
    ]);
  }

  generator(): Generator {
    const { generatorChannels: channels, size: imageSize, classes: numClasses } = this.options;
    return Generator.create(
      { latentDim: 100, channels, imageSize, imageChannels: 3, numClasses },
      this.random.fork('generator'),
    );
  }

  /** The stream that a trainer's step draws from. */
  stepRandom(kind: 'generator' | 'student', step: number): Random {
    return this.random.fork(kind).fork(step);
  }

  generatorTrainer(generator: Generator): GeneratorTrainer {
    return new GeneratorTrainer(generator, this.teacher, this.targets, this.reliable, this.random.fork('generator'));
  }

  async student(): Promise<Student> {
    const student = new Student(this.teacher.network, this.settings);
    await student.calibrateRanges([this.calibrationImages], 'minMax');
    return student;
  }

  studentTrainer(student: Student, generator: Generator): StudentTrainer {
    const { calibrationImages, calibrationLabels } = this;
    return new StudentTrainer(
      'fdda',
      student,
      this.teacher,
      { calibrationImages, calibrationLabels, generator, classes: [...calibrationLabels] },
      this.settings,
      this.random.fork('student'),
    );
  }

  /** Multiply-accumulates, counted the plain way: of a step, and of evaluating `n` images. */
  get macs(): { generatorStep: number; studentStep: number; evaluation: (n: number) => number } {
    const { batch, generatorChannels: channels, size: imageSize, classes: numClasses } = this.options;
    const network = this.teacher.facts.macs;
    const generator = generatorMacs({ latentDim: 100, channels, imageSize, imageChannels: 3, numClasses });
    return {
      // Forward and both gradients of the generator, forward and input gradient of the network.
      generatorStep: 2 * batch * (3 * generator + 2 * network),
      // The generator's and the teacher's forward pass, three passes of the student.
      studentStep: batch * generator + 2 * batch * 4 * network,
      evaluation: (n) => n * network,
    };
  }

  dispose(): void {
    this.teacher.dispose();
    this.targets.dispose();
    this.calibrationImages.dispose();
  }
}
