import { createShapes } from '../../src/engine/data/shapes';
import { ARM_IDS, armsOf, generatorOwners, type ArmId } from '../../src/engine/methods/arms';
import type {
  GeneratorSample,
  ImageTile,
  LayerInfo,
  LayerPoints,
  QualityReport,
  RowId,
  RunOverview,
  SeparationByLayer,
  StudentSample,
  SyntheticSnapshot,
  Verdicts,
} from '../../src/engine/runReport';
import type { RunSettings, TermName } from '../../src/engine/runSettings';
import { TERMS } from '../../src/engine/runSettings';
import { ROW_IDS } from '../../src/state/history';

/**
 * A simulation that looks like a run and computes nothing of the method: for trying the page and its state without the
 * engine. Seeded: the same settings give the same "run".
 */

export const FAKE_LAYERS = 19;
const CLASSES = 10;
const PER_CLASS = 4;
const DISTORTED_PER_CLASS = 3;

export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const gaussian = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const depth = (layer: number) => layer / (FAKE_LAYERS - 1);

function layers(): LayerInfo[] {
  return Array.from({ length: FAKE_LAYERS }, (_, index) => {
    const stage = index < 7 ? 0 : index < 13 ? 1 : 2;
    return {
      index,
      name:
        index === 0
          ? 'stem.bn'
          : `stage${stage + 1}.block${Math.floor(((index - 1) % 6) / 2) + 1}.bn${((index - 1) % 2) + 1}`,
      channels: 16 << stage,
      height: 32 >> stage,
      width: 32 >> stage,
    };
  });
}

function shapesTile(indices: number[]): ImageTile {
  const shapes = createShapes();
  const rgba = new Uint8ClampedArray(indices.length * 32 * 32 * 4);
  indices.forEach((index, i) => {
    const { pixels } = shapes.image('calibration', index);
    for (let p = 0; p < 32 * 32; p++) {
      for (let c = 0; c < 3; c++) rgba[(i * 1024 + p) * 4 + c] = pixels[p * 3 + c];
      rgba[(i * 1024 + p) * 4 + 3] = 255;
    }
  });
  return { count: indices.length, height: 32, width: 32, rgba };
}

export interface FakeRun {
  overview: RunOverview;
  /** Generator sample of step `step` (1-based). @param arm left out: the leading one */
  generatorSample(step: number, settings: RunSettings, arm?: ArmId): GeneratorSample;
  studentSample(arm: ArmId, step: number, settings: RunSettings): StudentSample;
  snapshot(step: number, settings: RunSettings, arm?: ArmId): SyntheticSnapshot;
  accuracy(id: RowId, progress: number): number;
  /** Answers to all test images, so many of them right; the same ones first for everybody, and then by chance. */
  answers(id: RowId, correct: number): Uint16Array;
}

export function createFakeRun(settings: RunSettings): FakeRun {
  const random = seededRandom(settings.seed * 7919 + settings.imagesPerClass);
  const arms = armsOf(settings);
  const owners = generatorOwners(arms);
  const leading = arms.find(({ leads }) => leads)!.id;
  const testLabels = Uint16Array.from({ length: settings.testImages }, (_, i) => i % CLASSES);
  const hard = seededRandom(settings.seed + 13);
  const hardness = Array.from(testLabels, () => hard());
  const L = FAKE_LAYERS;
  const trueCenters = Array.from({ length: L * CLASSES }, (_, i) => {
    const [layer, c] = [Math.floor(i / CLASSES), i % CLASSES];
    const radius = 0.4 + 2.6 * depth(layer);
    const angle = (c / CLASSES) * 2 * Math.PI + layer * 0.15;
    return [radius * Math.cos(angle) + 0.4 * gaussian(random), 0.7 * radius * Math.sin(angle) + 0.3 * gaussian(random)];
  });
  const scatter = (layer: number) => 1.1 - 0.55 * depth(layer);

  function points(perClass: number, spread: number, around = trueCenters): LayerPoints {
    const count = perClass * CLASSES;
    const xy = new Float32Array(L * count * 2);
    const labels = Uint16Array.from({ length: count }, (_, i) => Math.floor(i / perClass));
    for (let layer = 0; layer < L; layer++) {
      for (let i = 0; i < count; i++) {
        const [x, y] = around[layer * CLASSES + labels[i]];
        xy[(layer * count + i) * 2] = x + spread * scatter(layer) * gaussian(random);
        xy[(layer * count + i) * 2 + 1] = y + spread * scatter(layer) * gaussian(random);
      }
    }
    return { count, xy, labels };
  }

  const k = settings.imagesPerClass;
  const calibration = points(k, 0.8);
  const centers: LayerPoints = {
    count: CLASSES,
    labels: Uint16Array.from({ length: CLASSES }, (_, c) => c),
    xy: new Float32Array(L * CLASSES * 2),
  };
  for (let layer = 0; layer < L; layer++) {
    for (let i = 0; i < k * CLASSES; i++) {
      for (let axis = 0; axis < 2; axis++) {
        centers.xy[(layer * CLASSES + calibration.labels[i]) * 2 + axis] +=
          calibration.xy[(layer * k * CLASSES + i) * 2 + axis] / k;
      }
    }
  }
  const centerList = Array.from({ length: L * CLASSES }, (_, i) => [centers.xy[2 * i], centers.xy[2 * i + 1]]);

  const separationAt = (quality: number): SeparationByLayer => ({
    silhouette: Float32Array.from({ length: L }, (_, l) => -0.06 + quality * 0.36 * depth(l) ** 2.5),
    intraClass: Float32Array.from({ length: L }, (_, l) => 1.9 - 0.7 * depth(l) * quality),
    interClass: Float32Array.from({ length: L }, (_, l) => 1.8 + 0.9 * depth(l) ** 2 * quality),
    nearestCenterAccuracy: Float32Array.from({ length: L }, (_, l) => 0.12 + 0.6 * quality * depth(l) ** 1.5),
  });

  const activations = Array.from({ length: L }, (_, l) => `relu${l + 1}`);
  const reportAt = (quality: number, own: Float32Array, other: Float32Array): QualityReport => {
    const mean = (values: Float32Array) => values.reduce((sum, v) => sum + v, 0) / values.length;
    return {
      joint: {
        ownCenter: mean(own),
        nearestOther: mean(other),
        nearestCenterRate: Math.round(quality * CLASSES) / CLASSES,
      },
      silhouetteByClass: Float32Array.from(
        { length: L * CLASSES },
        (_, i) => -0.06 + quality * 0.36 * depth(Math.floor(i / CLASSES)) ** 2.5 + 0.01 * (i % CLASSES),
      ),
      spreadByClass: Float32Array.from({ length: L * CLASSES }, (_, i) => 0.6 + 0.9 * quality + 0.05 * (i % CLASSES)),
      bnsGap: Float32Array.from({ length: L }, (_, l) => 0.9 - 0.8 * quality + 0.01 * l),
      teacherAccuracy: 0.1 + 0.88 * quality,
      teacherEntropy: 2 - 1.9 * quality,
    };
  };
  const distances = (quality: number, random: () => number) => ({
    own: Float32Array.from(
      { length: L * CLASSES },
      (_, i) => 2.2 - 1.6 * quality * depth(Math.floor(i / CLASSES)) + 0.2 * random(),
    ),
    other: Float32Array.from({ length: L * CLASSES }, () => 1.5 + 0.3 * random()),
  });
  const real = distances(1, seededRandom(settings.seed + 3));

  const images = shapesTile(Array.from({ length: k * CLASSES }, (_, i) => (i % k) * CLASSES + Math.floor(i / k)));
  const verdicts: Verdicts = {
    labels: calibration.labels,
    predicted: Uint16Array.from(calibration.labels, (label, i) => (i === 6 * k ? 0 : label)),
    probability: Float32Array.from(calibration.labels, (_, i) => (i === 6 * k ? 0.21 : 0.9 + 0.0999 * random())),
  };
  const classNames = createShapes().classNames;

  const targets = shapesTile(
    Array.from({ length: PER_CLASS * CLASSES }, (_, i) => 200 + (i % PER_CLASS) * CLASSES + Math.floor(i / PER_CLASS)),
  );
  const start = Array.from({ length: L * CLASSES }, () => [gaussian(random) * 0.6, gaussian(random) * 0.6]);
  const noise = Float32Array.from({ length: targets.rgba.length }, () => 110 + 60 * gaussian(random));

  const qualityAt = (step: number, s: RunSettings) => {
    const from = s.generatorStart === 'checkpoint' ? 0.35 : 0;
    const strength = TERMS.filter((term) => s[`${term}Enabled`]).length / TERMS.length;
    return from + (1 - from) * 0.85 * strength * (1 - Math.exp(-step / 25));
  };

  return {
    overview: {
      settings,
      network: {
        name: 'Shapes ResNet (simulated)',
        inputShape: [32, 32, 3],
        numClasses: CLASSES,
        classNames,
        layers: layers(),
        parameters: 78042,
        macs: 10_400_000,
      },
      startLayer: settings.startLayer >= 0 ? Math.min(settings.startLayer, L - 1) : Math.floor((L + 1) / 2) - 2,
      calibration: { images, verdicts, reliable: Uint8Array.from({ length: CLASSES }, (_, c) => (c === 6 ? 0 : 1)) },
      points: {
        observation: points(settings.observationPerClass, 1),
        calibration,
        centers,
        distorted: points(DISTORTED_PER_CLASS, 0.9, centerList),
        explainedVariance: Float32Array.from(
          { length: L * 2 },
          (_, i) => (i % 2 === 0 ? 0.31 : 0.17) + 0.01 * Math.floor(i / 2),
        ),
      },
      separation: separationAt(1),
      quality: {
        ...reportAt(1, real.own, real.other),
        distanceToOwnCenter: real.own,
        distanceToNearestOther: real.other,
        activations,
        calibrationCoverage: Float32Array.from(activations, (_, a) => 0.7 + 0.01 * a),
      },
      checkpoint: settings.generatorStart === 'checkpoint' ? { note: 'simulated', steps: 4000 } : null,
      arms: arms.map(({ id, leads }) => ({ id, leads, generator: owners.get(id)! })),
      testLabels,
      reading: { macs: 2e9, seconds: 0.5 },
    },

    generatorSample(step, s, arm = leading) {
      const quality = qualityAt(step, s);
      const r = seededRandom(step * 131 + s.seed);
      const floor = s.distortionMean ** 2 + s.distortionVariance ** 2;
      const central = 1.4 * (1 - 0.9 * quality) + 0.1 * r();
      const value: Record<TermName, number> = {
        ceMixed: 1.8 * (1 - quality) + 0.2 * r(),
        bns: 0.7 * (1 - 0.8 * quality) + 0.05 * r(),
        distorted: central + floor + 0.06 * gaussian(r),
        ceSingle: 1.6 * (1 - quality) + 0.25 * r(),
        centralized: central,
        contrast: 2 * (1 - quality) + 0.1 * r(),
      };
      const terms = Object.fromEntries(
        TERMS.map((term) => [term, s[`${term}Enabled`] ? value[term] : null]),
      ) as GeneratorSample['terms'];
      const total = TERMS.reduce((sum, term) => sum + (terms[term] ?? 0) * s[`${term}Weight`], 0);
      return {
        arm,
        step,
        terms,
        total,
        distortedFloor: s.distortedEnabled ? floor : null,
        learningRate: s.generatorLearningRate,
      };
    },

    studentSample(arm, step, s) {
      const r = seededRandom(step * 17 + (arm === 'calibration' ? 9 : 5 + 100 * ARM_IDS.indexOf(arm)));
      const decay = Math.exp(-step / 30);
      const ce = 0.15 + 0.9 * decay + 0.1 * r();
      const distillation = (arm === 'calibration' ? 0.3 : 0.6) + 1.5 * decay + 0.15 * r();
      return {
        arm,
        step,
        ce,
        distillation,
        total: ce + s.distillationWeight * distillation,
        learningRate: s.studentLearningRate,
      };
    },

    snapshot(step, s, arm = leading) {
      const quality = qualityAt(step, s);
      const r = seededRandom(step + 77);
      const count = PER_CLASS * CLASSES;
      const rgba = new Uint8ClampedArray(targets.rgba.length);
      for (let i = 0; i < rgba.length; i++)
        rgba[i] = i % 4 === 3 ? 255 : 0.75 * quality * targets.rgba[i] + (1 - 0.75 * quality) * noise[i];
      const batch: LayerPoints = {
        count: CLASSES,
        labels: centers.labels.slice(),
        xy: new Float32Array(L * CLASSES * 2),
      };
      for (let i = 0; i < L * CLASSES; i++) {
        for (let axis = 0; axis < 2; axis++) {
          batch.xy[2 * i + axis] =
            start[i][axis] * 2 * (1 - quality) + quality * centerList[i][axis] + 0.06 * gaussian(r);
        }
      }
      const single: LayerPoints = {
        count,
        labels: Uint16Array.from({ length: count }, (_, i) => Math.floor(i / PER_CLASS)),
        xy: new Float32Array(L * count * 2),
      };
      const wobble = seededRandom(5);
      for (let l = 0; l < L; l++) {
        for (let i = 0; i < count; i++) {
          for (let axis = 0; axis < 2; axis++) {
            single.xy[(l * count + i) * 2 + axis] =
              batch.xy[(l * CLASSES + single.labels[i]) * 2 + axis] + 0.45 * gaussian(wobble);
          }
        }
      }
      const probability = Float32Array.from(single.labels, () => Math.min(0.999, quality * (0.6 + 0.6 * r())));
      const { own, other } = distances(quality, r);
      return {
        arm,
        step,
        perClass: PER_CLASS,
        images: { count, height: 32, width: 32, rgba },
        verdicts: {
          labels: single.labels.slice(),
          predicted: Uint16Array.from(single.labels, (label, i) =>
            probability[i] > 0.4 ? label : (label + 3) % CLASSES,
          ),
          probability,
        },
        points: single,
        batchPoints: batch,
        separation: separationAt(quality),
        distanceToOwnCenter: own,
        distanceToNearestOther: other,
        quality: {
          ...reportAt(quality, own, other),
          coverage: Float32Array.from(activations, (_, a) => 0.3 + 0.5 * quality + 0.01 * a),
        },
      };
    },

    accuracy(id, progress) {
      const end: Record<RowId, number> = {
        fullPrecision: 0.962,
        ptq: 0.412,
        calibration: 0.655,
        zeroShot: 0.73,
        centralized: 0.741,
        distorted: 0.752,
        fdda: 0.787,
        fddaPlus: 0.83,
        custom: 0.787,
      };
      return id === 'fullPrecision' || id === 'ptq'
        ? end[id]
        : 0.412 + (end[id] - 0.412) * (1 - Math.exp(-3.5 * progress));
    },

    answers(id, correct) {
      const r = seededRandom(ROW_IDS.indexOf(id) + 31);
      const order = Array.from(testLabels, (_, i) => i);
      // Most of what is easy for one is easy for all.
      order.sort((a, b) => hardness[a] - hardness[b] || a - b);
      const swaps = Math.floor(order.length / 8);
      for (let k = 0; k < swaps; k++) {
        const [i, j] = [0, 0].map(() => Math.floor(r() * order.length));
        [order[i], order[j]] = [order[j], order[i]];
      }
      const answers = Uint16Array.from(testLabels, (label) => (label + 3) % CLASSES);
      for (const image of order.slice(0, correct)) answers[image] = testLabels[image];
      return answers;
    },
  };
}
