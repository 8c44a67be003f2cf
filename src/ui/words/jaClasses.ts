import type { Words } from './words';

/** What is shown of very many classes, in Japanese. */
export const jaClasses: Pick<Words, 'manyClasses'> = {
  manyClasses: {
    title: '表示するクラス',
    shown: (shown, all) => `全 ${all} クラス中 ${shown} クラスを表示`,
    help: [
      'クラスがとても多いネットワークでは、一部のクラスだけを、すべてのビューで同じように表示します。選んだクラスと、名前で探したクラスは必ず含まれます。',
      '合成画像を見るのも、実行時間をあまり取らない数のクラスだけです。探したクラスは、次に見るときから含まれます。損失と正解率は全クラスのものです。',
    ],
    by: '選び方',
    ways: { even: '等間隔', farthest: '中心から遠い順', changed: '変化の大きい順' },
    wayHelp: {
      even: 'クラスの順に、一定の間隔で選びます',
      farthest: '中心項が見る層で、合成画像のバッチが、最も近い他クラスの中心に比べて自クラスの中心から遠いクラスです',
      changed: '最初に見たときから、その値が最も大きく変わったクラスです',
    },
    search: 'クラスを探す',
    placeholder: 'クラスの名前か番号',
    matches: '見つかったクラス',
    more: (count) => `ほか ${count} 件`,
    noMatch: '該当するクラスはありません',
    notLooked: 'まだ見ていません',
    confused: (shown, all) =>
      `全 ${all} クラスのうち、答えの違いが最も多い ${shown} クラスと、その他をまとめたものです。`,
    others: 'その他',
    losers: '最も落ちたクラス',
    losersHelp: (shown, all) => `テスト画像のある ${all} クラスのうち、正解が最も減った ${shown} クラスです。`,
    columns: { name: 'クラス', images: '枚数', full: '量子化なし', student: '生徒', difference: 'ポイント' },
  },
};
