import type { BackendName } from '../worker/protocol';
import { remember, remembered } from './remembered';
import { BACKENDS } from './shareLink';

const NAME = 'fdda-backend';

/**
 * The backend that the last visit found to be the fastest; null where there was none, or it is none that this page
 * knows.
 */
export function rememberedBackend(): BackendName | null {
  const name = remembered(NAME);
  return BACKENDS.find((each) => each === name) ?? null;
}

/** For the next visit, which then need not wait for another one first. */
export function rememberBackend(name: BackendName): void {
  remember(NAME, name);
}
