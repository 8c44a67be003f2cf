import type { Words } from './words';

/** Japanese words for the workbench. */
export const jaWorkbench: Words['workbench'] = {
  title: '量子化の作業台',
  lead: 'ビット数が少ないと、どこで精度が落ち、何が効くのでしょうか。ここでは、上の実行の生徒を、学習前・学習中・学習後のどの時点でも、今の状態で調べます。',
  progress: 'この測定の進み具合',
  stop: '中止',
  notReady: 'エンジンの準備がまだできていません。',
  fullPrecision: '量子化なし',

  layersLead:
    '1 行が 1 つの量子化器（ある層の重み、または活性値）です。「単独」はそれだけを量子化した場合、「累積」はそこまでをすべて量子化した場合です。行をクリックすると、すべてのビューでその層を表示します。',
  measure: 'すべての層を測る',
  measureAgain: 'もう一度測る',
  measuredOn: (n, step) =>
    step === '0'
      ? `生徒の学習前に、検証画像 ${n} 枚で測りました。`
      : `生徒の学習 ${step} ステップの後に、検証画像 ${n} 枚で測りました。`,
  stale: 'その後、実行または量子化器が変わりました。もう一度測ってください。',
  tableRegion: 'すべての層の表',
  chart: 'グラフに示すもの',
  charted: { sqnr: 'SQNR（デシベル）', cosine: 'コサイン類似度', kl: '感度（KL）', clipped: '切り詰め' },
  alone: '単独',
  accumulated: '累積',
  axis: '量子化器',
  kinds: { weight: '重み', activation: '活性値' },
  columns: {
    place: '番号',
    layer: '層',
    bits: 'ビット数',
    range: '範囲',
    clipped: '切り詰め',
    isolated: '単独の SQNR（デシベル）',
    isolatedCosine: '単独のコサイン',
    accumulated: '累積の SQNR（デシベル）',
    accumulatedCosine: '累積のコサイン',
    kl: '単独の KL（ナット）',
    accuracy: '単独の正解率（ポイント）',
  },
  columnHelp: {
    place: 'ネットワークの中の順番',
    layer: '層の名前と、量子化するのが重みか出力か',
    bits: '今の設定でのビット数',
    range: '全チャンネルを通した、最小の目盛りから最大の目盛りまで',
    clipped: '目盛りの外にあり、丸めではなく切り詰められる値の割合',
    isolated: 'これだけを量子化したときの、層の出力の信号対量子化雑音比。10 大きければ雑音は 10 分の 1 です',
    isolatedCosine: 'これだけを量子化したときの、層の出力と量子化なしの出力とのコサイン類似度',
    accumulated: 'ここまでをすべて量子化したときの、同じ比',
    accumulatedCosine: 'ここまでをすべて量子化したときの、同じ類似度',
    kl: 'これだけを量子化したとき、ネットワークの答えがどれだけ動くか（量子化なしからのカルバック・ライブラー情報量）',
    accuracy: 'これだけを量子化したときの正解率から、量子化なしの正解率を引いたもの（ポイント）',
  },
  interval: (lo, hi) => `${lo} から ${hi}`,
  plusMinus: (value, error) => `値 ${value} ± ${error}`,
  intervalOf: (lo, hi, n) => `95% 区間 ${lo} から ${hi} ポイント、画像 ${n} 枚`,

  bitsOf: (node) => `${node} のビット数`,
  asAll: (bits) => `全体と同じ（${bits}）`,
  size: (kilobytes, full) => `詰めたときの大きさ ${kilobytes} kB（量子化なしは ${full} kB）。`,
  meanBits: (weights, activations) => `平均ビット数：重み ${weights}、活性値 ${activations}。`,
  accuracyComes: '正解率を測っています。',
  accuracyNow: (accuracy, lower, upper, n) =>
    `正解率 ${accuracy}（95% 区間 ${lower} から ${upper}、検証画像 ${n} 枚）、`,
  beside: (full, points) => `量子化なし ${full}、差 ${points} ポイント。`,
  presets: { low: 'すべての層を同じに', '8': '最初と最後を 8 ビットに' },
  budgetHelp:
    '予算に合わせたビット数：各層を単独で 2、3、4、6、8 ビットにして測り、容量あたりの効果が大きいところから順にビットを割り当てます。',
  sensitivities: 'ビット数の影響を測る',
  sensitivitiesAgain: 'ビット数の影響をもう一度測る',
  budget: '上限',
  budgetUnit: '予算の単位',
  units: { bits: '平均ビット数', kilobytes: 'kB（ネットワーク全体）' },
  chooseBits: 'ビット数を選ぶ',
  notANumber: (given) => `「${given}」は 0 より大きい数ではありません。平均ビット数か kB で指定してください。`,
  budgetBits: (asked, least) =>
    `平均 ${asked} ビットにはできません。最小は ${least} ビットです。もっと大きな値を指定してください。`,
  budgetSize: (asked, least) =>
    `${asked} kB にはできません。最も少ないビット数でも ${least} kB です。もっと大きな値を指定してください。`,
};
