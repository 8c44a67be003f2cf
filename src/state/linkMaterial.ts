import type { DatasetRequest } from '../engine/data/images/types';
import type { RunSettings } from '../engine/runSettings';
import { DATASET_ENTRIES, IMAGES_PER_CLASS } from './hubEntries';
import type { ViewNote } from './linkView';
import { lastOf } from './linkView';
import { defaultSettings } from './settings';

/** Network and images that a link names: on the hub, or a network by its address. Files of a computer have no link. */
export interface LinkMaterial {
  /** As it is typed in the panel of the hub: a name, or an address; null: whichever is there. */
  network: string | null;
  images: DatasetRequest | null;
}

export const MATERIAL_KEYS = ['network', 'images', 'images-version', 'images-label', 'pictures-per-class'] as const;

const HUB = 'hub:';
const NAME = /^[\w.-]+(\/[\w.-]+)?(@[\w./-]+)?$/;
const LONGEST = 500;
export const PICTURES = { min: 3, max: 1000 } as const;

type Note = { kind: 'clamped'; key: string; given: string; used: number };

function isAddress(text: string): boolean {
  try {
    return /^https?:$/.test(new URL(text).protocol) && !/\s/.test(text);
  } catch {
    return false;
  }
}

/** What a link names; null where it names nothing. What it cannot mean is in `note`. */
export function readMaterial(params: URLSearchParams, note: (note: ViewNote | Note) => void): LinkMaterial | null {
  const source = (key: 'network' | 'images'): string | null => {
    const given = lastOf(params, key);
    if (given === null) return null;
    const name = given.startsWith(HUB) ? given.slice(HUB.length) : null;
    const fits =
      name !== null ? NAME.test(name) && !/(^|\/)\.{1,2}(\/|@|$)/.test(name) : key === 'network' && isAddress(given);
    if (fits && given.length <= LONGEST) return name ?? given;
    note({ kind: 'unreadable', key, given: given.slice(0, 100) });
    return null;
  };
  const network = source('network');
  const name = source('images');
  if (name === null) return network === null ? null : { network, images: null };
  const [config, label] = [lastOf(params, 'images-version'), lastOf(params, 'images-label')];
  const entry = config === null && label === null ? DATASET_ENTRIES.find((each) => each.source === name) : undefined;
  const imagesPerClass = pictures(params, note) ?? entry?.imagesPerClass ?? IMAGES_PER_CLASS;
  return {
    network,
    images: {
      source: name,
      ...(entry ? fixedOf(entry) : { ...(config ? { config } : {}), ...(label ? { label } : {}) }),
      imagesPerClass,
    },
  };
}

function pictures(params: URLSearchParams, note: (note: ViewNote | Note) => void): number | null {
  const key = 'pictures-per-class';
  const given = lastOf(params, key);
  if (given === null) return null;
  if (!/^\d+$/.test(given)) {
    note({ kind: 'unreadable', key, given });
    return null;
  }
  const used = Math.min(PICTURES.max, Math.max(PICTURES.min, Number(given)));
  if (used !== Number(given)) note({ kind: 'clamped', key, given, used });
  return used;
}

/** What an entry says beside its source and number. */
const fixedOf = ({ config, label, outputs }: DatasetRequest): Pick<DatasetRequest, 'config' | 'label' | 'outputs'> => ({
  ...(config === undefined ? {} : { config }),
  ...(label === undefined ? {} : { label }),
  ...(outputs === undefined ? {} : { outputs }),
});

/** Puts it into `params`; reading gives the same again. */
export function writeMaterial(params: URLSearchParams, { network, images }: LinkMaterial): void {
  if (network !== null) params.set('network', /^https?:/i.test(network) ? network : HUB + network);
  if (!images) return;
  params.set('images', HUB + images.source);
  const entry = DATASET_ENTRIES.find((each) => each.source === images.source);
  const { config = '', label = '' } = images;
  const isEntry = entry && JSON.stringify(fixedOf(entry)) === JSON.stringify(fixedOf(images));
  if (!isEntry) {
    if (entry || config !== '') params.set('images-version', config);
    if (label !== '') params.set('images-label', label);
  }
  if (images.imagesPerClass !== ((isEntry ? entry.imagesPerClass : undefined) ?? IMAGES_PER_CLASS))
    params.set('pictures-per-class', String(images.imagesPerClass));
}

/** Settings without what names layers: those of a network that is not there yet. */
export const withoutLayers = (settings: RunSettings): RunSettings => {
  const { startLayer, layerBits } = defaultSettings();
  return { ...settings, startLayer, layerBits };
};
