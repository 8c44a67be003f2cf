import type { Words } from './words';

/** Japanese words for two methods compared on the same test images. */
export const jaPaired: Words['paired'] = {
  verdicts: {
    ahead: (b, a, points, n) =>
      `この ${n} 枚の画像では、${b} が ${a} を上回ります：${points} ポイント、偶然では説明できない差です。`,
    behind: (b, a, points, n) =>
      `この ${n} 枚の画像では、${b} が ${a} を下回ります：${points} ポイント、偶然では説明できない差です。`,
    unclear: (b, a, points, n) =>
      `この ${n} 枚の画像では、${b} と ${a} に明確な差はありません：${points} ポイントは偶然の範囲内です。`,
  },
  counts: (b, onlyB, a, onlyA) => `${b} だけが正解した画像：${onlyB} 枚、${a} だけが正解した画像：${onlyA} 枚。`,
  interval: (lower, upper) => `95% 信頼区間：${lower} 〜 ${upper} ポイント。`,
  exact: (p) => `McNemar の正確検定：p ${p}。`,
  line: {
    over: '対',
    pair: (b, a) => `${b} 対 ${a}`,
    whichB: '比べる手法',
    whichA: '比べる相手',
    verdicts: {
      ahead: (points) => `上回る：${points} ポイント`,
      behind: (points) => `下回る：${points} ポイント`,
      unclear: (points) => `差は不明：${points} ポイント`,
    },
    interval: (lower, upper) => `（${lower} から ${upper}）`,
    counts: (n, onlyB, onlyA, p) => `この ${n} 枚の画像で ${onlyB} 勝 ${onlyA} 敗、p ${p}`,
    notKept: (n) => `この ${n} 枚の画像で、画像ごとには数えず`,
    otherImages: '同じ画像ではありません',
    inGeneral: (seeds, points) => `一般に（シード ${seeds} 個）：${points} ポイント`,
    failed: '読み込めませんでした。接続を確かめて、もう一度試してください。',
  },
  oneSeed:
    '他のシードについては何も言えません。一般に成り立つかどうかは、いくつかのシードで繰り返して初めて分かります。',
  unpaired: {
    verdicts: {
      ahead: (b, a, points) => `${b} が ${a} を上回ります：${points} ポイント、偶然では説明できない差です。`,
      behind: (b, a, points) => `${b} が ${a} を下回ります：${points} ポイント、偶然では説明できない差です。`,
      unclear: (b, a, points) => `${b} と ${a} に明確な差はありません：${points} ポイントは偶然の範囲内です。`,
    },
    notKept:
      '画像ごとの答えが残っていないため、別々の画像で測ったものとして判定しました。区間は必要以上に広くなっています。',
    otherImages: '2 つは同じ画像で測られていないため、画像の選び方による偶然が二重に入ります。',
  },

  seeds: {
    counts: (b, onlyB, a, onlyA, seeds) =>
      `シード ${seeds} 個の合計：${b} だけが正解 ${onlyB} 回、${a} だけが正解 ${onlyA} 回。`,
    onTheseImages: (n) => `この ${n} 枚の画像で、シード全体について`,
    inGeneral: '一般に、シードと画像の全体について',
    interval: (lower, upper) => `${lower} 〜 ${upper} ポイント`,
    verdicts: {
      ahead: (b) => `${b} が上回ります`,
      behind: (b) => `${b} が下回ります`,
      unclear: 'はっきりしません：偶然でも起こりうる差です',
      unknown: '分かりません：シードが 1 個だけか、すべて同じ差のため、シードによるばらつきが測れません',
    },
    notKept: '分かりません：画像ごとの答えが残っていないシードがあります',
    sharedImages:
      'すべてのシードが同じテスト画像に答えています。この画像で成り立つことが、他の画像でも成り立つとは限りません。「一般に」では、シードと画像の選び方の両方の偶然を数えます。',
  },

  pinned: {
    title: 'この実行と固定した実行、画像ごとの比較',
    titleOther: 'この実行と固定した実行の比較',
    none: '2 つの実行に、共通して測られたものがありません。',
  },

  panel: {
    open: (difference) => `${difference} ポイントの差のもとになった画像を表示`,
    title: (b, a) => `${b} と ${a}、画像ごとの比較`,
    close: '画像を閉じる',
    which: 'どの画像か',
    kinds: {
      onlyB: (_a, b, count) => `${b} だけ正解（${count}）`,
      onlyA: (a, _b, count) => `${a} だけ正解（${count}）`,
      neither: (_a, _b, count) => `どちらも不正解（${count}）`,
      both: (_a, _b, count) => `どちらも正解（${count}）`,
    },
    help: '各テスト画像の上が正解、下が 2 つの手法それぞれの答えです。',
    pages: '画像のページ',
    range: (from, to, all) => `${all} 枚中 ${from}〜${to} 枚目`,
    previous: '前へ',
    next: '次へ',
    list: 'テスト画像',
    image: (index, truth) => `テスト画像 ${index}：${truth}`,
    answer: (method, seen) => `${method}：${seen}`,
    right: '正解',
    wrong: '不正解',
    loading: '画像を読み込んでいます…',
    failed: '画像を読み込めませんでした。',
    again: 'もう一度試す',
    empty: 'そのような画像はありません。',
  },
};
