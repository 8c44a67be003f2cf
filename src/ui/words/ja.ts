import { en } from './en';
import { jaCompare } from './jaCompare';
import type { Words } from './words';

/** Every word of the page in Japanese. */
export const ja: Words = { ...en, title: 'FDDA プレイグラウンド', compare: jaCompare };
