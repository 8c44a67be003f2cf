import type { QualityReport, RealQuality, SyntheticQuality } from '../../engine/runReport';
import type { Field } from './checks';
import type { QualityFile, RealQualityFile, SyntheticQualityFile } from './format';
import { LIMITS } from './format';
import { readNumbers } from './numbers';
import { packNumbers } from './packing';

/** The quality of images in a recorded run's file. */

/** Digits of what is one number a layer or run. */
const DIGITS = 4;

const orNull = (value: number): number | null => (Number.isFinite(value) ? Number(value.toPrecision(DIGITS)) : null);

async function reportFile({
  joint,
  silhouetteByClass,
  spreadByClass,
  bnsGap,
  teacherAccuracy,
  teacherEntropy,
}: QualityReport): Promise<QualityFile> {
  return {
    ownCenter: orNull(joint.ownCenter),
    nearestOther: orNull(joint.nearestOther),
    nearestCenterRate: orNull(joint.nearestCenterRate),
    silhouetteByClass: await packNumbers(silhouetteByClass),
    spreadByClass: await packNumbers(spreadByClass),
    bnsGap: Array.from(bnsGap, orNull),
    teacherAccuracy: orNull(teacherAccuracy),
    teacherEntropy: orNull(teacherEntropy),
  };
}

export async function syntheticQualityFile(quality: SyntheticQuality): Promise<SyntheticQualityFile> {
  return { ...(await reportFile(quality)), coverage: Array.from(quality.coverage, orNull) };
}

export async function realQualityFile(quality: RealQuality): Promise<RealQualityFile> {
  const { activations, calibrationCoverage, distanceToOwnCenter, distanceToNearestOther } = quality;
  return {
    ...(await reportFile(quality)),
    distanceToOwnCenter: await packNumbers(distanceToOwnCenter),
    distanceToNearestOther: await packNumbers(distanceToNearestOther),
    activations,
    calibrationCoverage: Array.from(calibrationCoverage, orNull),
  };
}

const orNaN = (field: Field, min: number, max: number): number => (field.isNull ? NaN : field.number(min, max));

const readList = (field: Field, length: number, max: number): Float32Array =>
  Float32Array.from(field.items({ length }), (each) => orNaN(each, 0, max));

async function readReport(field: Field, layers: number, classes: number): Promise<QualityReport> {
  const number = (key: string, max: number) => orNaN(field.get(key), 0, max);
  return {
    joint: {
      ownCenter: number('ownCenter', 1e30),
      nearestOther: number('nearestOther', 1e30),
      nearestCenterRate: number('nearestCenterRate', 1),
    },
    silhouetteByClass: await readNumbers(field.get('silhouetteByClass'), layers * classes),
    spreadByClass: await readNumbers(field.get('spreadByClass'), layers * classes),
    bnsGap: readList(field.get('bnsGap'), layers, 1e30),
    teacherAccuracy: number('teacherAccuracy', 1),
    teacherEntropy: number('teacherEntropy', 100),
  };
}

/** @throws RecordingError */
export async function readRealQuality(field: Field, layers: number, classes: number): Promise<RealQuality> {
  const activations = field
    .get('activations')
    .items({ most: LIMITS.activations })
    .map((each) => each.text(LIMITS.text));
  return {
    ...(await readReport(field, layers, classes)),
    distanceToOwnCenter: await readNumbers(field.get('distanceToOwnCenter'), layers * classes),
    distanceToNearestOther: await readNumbers(field.get('distanceToNearestOther'), layers * classes),
    activations,
    calibrationCoverage: readList(field.get('calibrationCoverage'), activations.length, 1),
  };
}

/**
 * @param activations how many there are; null: the file does not say, and then this must not be there. @throws
 *   RecordingError
 */
export async function readSyntheticQuality(
  field: Field,
  layers: number,
  classes: number,
  activations: number | null,
): Promise<SyntheticQuality> {
  if (activations === null) return field.fail('contradiction');
  return { ...(await readReport(field, layers, classes)), coverage: readList(field.get('coverage'), activations, 1) };
}
