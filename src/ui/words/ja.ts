import { en } from './en';
import { jaLessons, jaTour } from './jaLessons';
import type { Words } from './words';

/** Every word of the page in Japanese. */
export const ja: Words = { ...en, title: 'FDDA プレイグラウンド', missingPart: 'この部分を読み込めませんでした。接続を確かめて、もう一度お試しください。', lessons: jaLessons, tour: jaTour };
