import type { ArmInfo, ImageTile, LayerPoints, RunOverview, SeparationByLayer, Verdicts } from '../../engine/runReport';
import type { RunSettings } from '../../engine/runSettings';
import { tileSize } from '../../engine/data/amounts';
import { ARM_IDS } from '../../engine/methods/arms';
import { unpackAnswers } from './answers';
import type { Field } from './checks';
import { LIMITS } from './format';
import { coefficientCount, fromCoefficients } from './imageCodec';
import { readNumbers } from './numbers';
import { unpackBytes } from './packing';
import { readRealQuality } from './quality';

/** What does not change during a recorded run, read from its file, and the parts that snapshots have as well. */

export const MOST_STEPS = 1e9;

function readArms(field: Field): ArmInfo[] {
  const arms = field.items({ most: ARM_IDS.length }).map((each): ArmInfo => {
    const generator = each.get('generator');
    return {
      id: each.get('id').oneOf(ARM_IDS),
      leads: each.get('leads').boolean(),
      generator: generator.isNull ? null : generator.oneOf(ARM_IDS),
    };
  });
  const ids = arms.map(({ id }) => id);
  const fits =
    new Set(ids).size === ids.length &&
    arms.filter(({ leads }) => leads).length === 1 &&
    arms.every(({ generator }) => generator === null || ids.includes(generator));
  return fits ? arms : field.fail('contradiction');
}

async function readTestLabels(field: Field, classes: number): Promise<Uint16Array | null> {
  if (field.isNull) return null;
  const count = field.get('count').integer(0, LIMITS.testImages);
  return field.get('data').unpacked((text) => unpackAnswers(text, count, classes, null), LIMITS.fileBytes);
}
export async function readOverview(field: Field, settings: RunSettings): Promise<RunOverview> {
  const network = field.get('network');
  const shape = network
    .get('inputShape')
    .items({ length: 3 })
    .map((each) => each.integer(1, LIMITS.imageSide));
  const classNames = network
    .get('classNames')
    .items({ most: LIMITS.classes })
    .map((each) => each.text(LIMITS.text));
  const layers = network
    .get('layers')
    .items({ most: LIMITS.layers })
    .map((layer, index) => ({
      index,
      name: layer.get('name').text(LIMITS.text),
      channels: layer.get('channels').integer(1, LIMITS.channels),
      height: layer.get('height').integer(1, LIMITS.imageSide),
      width: layer.get('width').integer(1, LIMITS.imageSide),
    }));
  if (classNames.length === 0) network.get('classNames').fail('length');
  if (layers.length === 0) network.get('layers').fail('length');
  const [L, C] = [layers.length, classNames.length];
  const calibration = field.get('calibration');
  const tile = await readCalibrationImages(calibration.get('images'), shape[0], shape[1]);
  const points = field.get('points');
  const centers = await readPoints(points.get('centers'), L, C);
  if (centers.count !== C) points.get('centers').get('count').fail('contradiction');
  const calibrationPoints = await readPoints(points.get('calibration'), L, C);
  if (calibrationPoints.count !== tile.count) points.get('calibration').get('count').fail('contradiction');
  const checkpoint = field.get('checkpoint');
  return {
    settings,
    network: {
      name: network.get('name').text(LIMITS.text),
      inputShape: shape as [number, number, number],
      numClasses: C,
      classNames,
      layers,
      parameters: network.get('parameters').number(0),
      macs: network.get('macs').number(0),
    },
    startLayer: field.get('startLayer').integer(0, L - 1),
    calibration: {
      images: tile,
      verdicts: readVerdicts(calibration.get('verdicts'), tile.count, C),
      reliable: Uint8Array.from(calibration.get('reliable').items({ length: C }), (each) => each.integer(0, 1)),
    },
    points: {
      centers,
      calibration: calibrationPoints,
      observation: await readPoints(points.get('observation'), L, C),
      distorted: await readPoints(points.get('distorted'), L, C),
      explainedVariance: Float32Array.from(points.get('explainedVariance').items({ length: 2 * L }), (each) =>
        each.number(0, 1.001),
      ),
    },
    separation: readSeparation(field.get('separation'), L),
    quality: field.has('quality') ? await readRealQuality(field.get('quality'), L, C) : null,
    checkpoint: checkpoint.isNull
      ? null
      : { note: checkpoint.get('note').text(5 * LIMITS.text), steps: checkpoint.get('steps').integer(0, MOST_STEPS) },
    arms: readArms(field.get('arms')),
    testLabels: await readTestLabels(field.get('testLabels'), C),
    reading: null,
  };
}

/** Images of a file, checked; they are only made when they are asked for. */
export interface ReadTile {
  count: number;
  coefficients: Uint8Array;
  tile(): ImageTile;
}

function readTileShape(field: Field, networkHeight: number, networkWidth: number): Omit<ImageTile, 'rgba'> {
  const [height, width] = tileSize(networkHeight, networkWidth).size;
  const count = field.get('count').integer(0, LIMITS.images);
  for (const [key, value] of [
    ['height', height],
    ['width', width],
  ] as const) {
    if (field.get(key).integer(1, LIMITS.imageSide) !== value) field.get(key).fail('contradiction');
  }
  return { count, height, width };
}

async function readCalibrationImages(field: Field, networkHeight: number, networkWidth: number): Promise<ImageTile> {
  if (!field.get('data').isNull) return (await readTile(field, networkHeight, networkWidth, null)).tile();
  // A count is no reason to take memory.
  return { ...readTileShape(field, networkHeight, networkWidth), rgba: new Uint8ClampedArray(0), withheld: true };
}

/**
 * @param networkHeight of the network's images, as its width; large ones are shown in fewer pixels
 * @param before what the images are kept as differences to
 */
export async function readTile(
  field: Field,
  networkHeight: number,
  networkWidth: number,
  before: Uint8Array | null,
): Promise<ReadTile> {
  const { count, height, width } = readTileShape(field, networkHeight, networkWidth);
  const length = coefficientCount(count, height, width);
  const coefficients = await field.get('data').unpacked((text) => unpackBytes(text, length), LIMITS.fileBytes);
  if (before?.length === length) for (let i = 0; i < length; i++) coefficients[i] += before[i];
  let tile: ImageTile | null = null;
  return { count, coefficients, tile: () => (tile ??= fromCoefficients(coefficients, count, height, width)) };
}

const readLabels = (field: Field, length: number, classes: number): Uint16Array =>
  Uint16Array.from(field.items({ length }), (each) => each.integer(0, classes - 1));

export async function readPoints(field: Field, layers: number, classes: number): Promise<LayerPoints> {
  const count = field.get('count').integer(0, LIMITS.points);
  const labels = readLabels(field.get('labels'), count, classes);
  return { count, xy: await readNumbers(field.get('xy'), layers * count * 2), labels };
}

export function readVerdicts(field: Field, count: number, classes: number): Verdicts {
  return {
    labels: readLabels(field.get('labels'), count, classes),
    predicted: readLabels(field.get('predicted'), count, classes),
    probability: Float32Array.from(field.get('probability').items({ length: count }), (each) => each.number(0, 1)),
  };
}

export function readSeparation(field: Field, layers: number): SeparationByLayer {
  const values = (key: keyof SeparationByLayer, min: number, max: number) =>
    Float32Array.from(field.get(key).items({ length: layers }), (each) => (each.isNull ? NaN : each.number(min, max)));
  return {
    silhouette: values('silhouette', -1, 1),
    intraClass: values('intraClass', 0, 1e30),
    interClass: values('interClass', 0, 1e30),
    nearestCenterAccuracy: values('nearestCenterAccuracy', 0, 1),
  };
}
