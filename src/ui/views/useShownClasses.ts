import { useMemo } from 'react';
import { shownClasses } from '../../state/shownClasses';
import { usePlayground } from '../playground';
import type { Cloud, Trail } from './scene';

/** The classes that the views show, rising; the very same list as long as they are the same. */
export const useShownClasses = (): readonly number[] => usePlayground(shownClasses);

const within = (labels: Uint16Array, shown: ReadonlySet<number>): boolean => labels.every((label) => shown.has(label));

/** A cloud's points of some classes; the very same cloud where it has no others. */
export function cloudOf(cloud: Cloud, shown: ReadonlySet<number>): Cloud {
  const { labels, xy } = cloud;
  if (within(labels, shown)) return cloud;
  const kept: number[] = [];
  labels.forEach((label, i) => shown.has(label) && kept.push(i));
  return {
    ...cloud,
    labels: Uint16Array.from(kept, (i) => labels[i]),
    xy: Float32Array.from({ length: 2 * kept.length }, (_, k) => xy[2 * kept[k >> 1] + (k & 1)]),
  };
}

/** Clouds of the classes that are shown. */
export function useShownClouds(clouds: readonly Cloud[], classes: readonly number[]): readonly Cloud[] {
  return useMemo(() => {
    const shown = new Set(classes);
    return clouds.map((each) => cloudOf(each, shown));
  }, [clouds, classes]);
}

export function useShownTrails(trails: readonly Trail[], classes: readonly number[]): readonly Trail[] {
  return useMemo(() => {
    const shown = new Set(classes);
    return trails.filter(({ classIndex }) => shown.has(classIndex));
  }, [trails, classes]);
}
