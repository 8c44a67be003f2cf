import type { PairedKind } from '../../engine/evaluation/rightAnswers';

/** The images of a comparison, by who answers them rightly. */
export type PairedImagesByKind = Readonly<Record<PairedKind, readonly number[]>>;

/** The order in which kinds are offered: first what the difference consists of. */
export const SHOWN_KINDS: readonly PairedKind[] = ['onlyB', 'onlyA', 'neither', 'both'];

/** Images shown and fetched at a time. */
export const PER_PAGE = 48;

/** The first kind that there are images of. */
export const firstKind = (images: PairedImagesByKind): PairedKind =>
  SHOWN_KINDS.find((kind) => images[kind].length > 0) ?? SHOWN_KINDS[0];

export interface Page {
  /** From 0; the nearest one that there is. */
  page: number;
  /** At least one, which may be empty. */
  pages: number;
  /** What is on it. */
  indices: readonly number[];
  /** Counted from 1; both 0 on an empty page. */
  from: number;
  to: number;
}

/** A page of images. */
export function pageOf(indices: readonly number[], wanted: number, perPage = PER_PAGE): Page {
  const pages = Math.max(1, Math.ceil(indices.length / perPage));
  const page = Math.min(pages - 1, Math.max(0, wanted));
  const shown = indices.slice(page * perPage, (page + 1) * perPage);
  const from = shown.length === 0 ? 0 : page * perPage + 1;
  return { page, pages, indices: shown, from, to: page * perPage + shown.length };
}
