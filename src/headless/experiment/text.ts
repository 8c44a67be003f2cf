/** How an experiment's report is written for people: numbers, names, tables, and the lines of a comparison. */
import type { Reading } from '../../engine/evaluation/overSeeds';
import type { Comparison } from './comparisons';
import type { Group } from './rows';

export const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
export const points = (share: number) => (100 * share).toFixed(1);
const signed = (share: number) => `${share < 0 ? '-' : '+'}${points(Math.abs(share))}`;
export const rate = (value: number | null) => (value === null ? '-' : value.toExponential());

export function lined(header: string[], rows: string[][]): string {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  // Words to the left, numbers to the right.
  const left = header.map((_, i) => rows.every((row) => !/^[-+\d]/.test(row[i])));
  const line = (row: string[]) =>
    row
      .map((cell, i) => (left[i] ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd();
  return [line(header), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

export const nameOf = ({ method, center }: { method: string; center: string }) =>
  center === 'class' ? method : `${method}, one center`;

export function variantText({ weightBits, activationBits, firstLast, variant }: Group): string {
  const others = Object.entries(variant).map(([key, value]) => `${key} ${String(value)}`);
  return [`W${weightBits}A${activationBits}${firstLast === '8' ? ' F8L8' : ''}`, ...others].join(', ');
}

const VERDICTS = { ahead: 'ahead', behind: 'behind', unclear: 'not clear', unknown: 'not known' };

function readingText({ interval, verdict }: Pick<Reading, 'interval' | 'verdict'>): string {
  return interval === null
    ? VERDICTS[verdict]
    : `${signed(interval[0])} to ${signed(interval[1])}, ${VERDICTS[verdict]}`;
}

/** How many seeds end ahead and behind, and how many of them by more than chance in the images. */
function seedsText({ bySeed }: Comparison): string {
  const side = (name: 'ahead' | 'behind', sign: number) => {
    const there = bySeed.filter(({ difference }) => difference * sign > 0);
    return `${name} ${there.length} (${there.filter(({ images }) => images?.verdict === name).length} beyond chance)`;
  };
  return `${side('ahead', 1)}, ${side('behind', -1)}; McNemar's exact test, p < 0.05`;
}

/** A comparison: its mean, and what is known of these students, of other seeds, and of both. */
export function comparisonLines(each: Comparison): string[] {
  const { images, overSeeds, seeds } = each;
  const steps = each.generatorSteps === null ? '' : `, ${each.generatorSteps} steps`;
  const where = `${variantText(each)}, ${each.imagesPerClass} a class${steps}`;
  const error = each.standardError === null ? '' : ` +- ${points(each.standardError)}`;
  const lines = [`  ${where}: ${nameOf(each)} over ${nameOf(each.over)} ${signed(each.mean)}${error} (${seeds} seeds)`];
  if (images) {
    lines.push(
      `    only ${nameOf(each)} right ${images.onlyMethod}, only ${nameOf(each.over)} ${images.onlyOver} of ${seeds} x ${images.n} images`,
      `    these students, other images: ${readingText(images)}`,
    );
  } else
    lines.push('    image by image: not known, an older state file did not keep which images were answered rightly');
  if (seeds > 1)
    lines.push(
      `    other seeds, ${images ? `these ${images.n} images` : 'these images'}: ${readingText(overSeeds.onTheseImages)}`,
    );
  if (seeds > 1 && overSeeds.inGeneral)
    lines.push(`    in general, other seeds and images: ${readingText(overSeeds.inGeneral)}`);
  if (images) lines.push(`    seed by seed: ${seedsText(each)}`);
  return lines;
}
