import { en } from './en';
import { jaShare } from './jaShare';
import type { Words } from './words';

/** Every word of the page in Japanese. */
export const ja: Words = { ...en, title: 'FDDA プレイグラウンド', share: jaShare };
