import { en } from './en';
import { jaArgument } from './jaArgument';
import type { Words } from './words';

/** Every word of the page in Japanese. */
export const ja: Words = { ...en, title: 'FDDA プレイグラウンド', argument: jaArgument };
