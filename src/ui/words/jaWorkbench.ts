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
  splits: {
    validation: (n) => `検証画像 ${n} 枚`,
    test: (n) => `テスト画像 ${n} 枚（検証画像がないため）`,
  },
  firstOf: {
    validation: (n, all) => `検証画像 ${all} 枚のうち最初の ${n} 枚`,
    test: (n, all) => `テスト画像 ${all} 枚のうち最初の ${n} 枚（検証画像がないため）`,
  },
  asked: (n) => `テスト画像 ${n} 枚`,
  allImages: (most, fitting) =>
    `画像 ${most} 枚まで使って測る（このネットワークの大きさでは時間がかかります。通常は ${fitting} 枚）`,
  measuredOn: (images, step) =>
    step === '0'
      ? `生徒の学習前に、${images}で測りました。`
      : `生徒の学習 ${step} ステップの後に、${images}で測りました。`,
  besideOwn: (accuracy) =>
    `「単独」と「累積」は、何も丸めない生徒自身の重みと比べます。そのときの正解率は、これらの画像で ${accuracy} です。`,
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
    isolatedCosine: 'これだけを量子化したときの、層の出力と何も丸めないときの出力とのコサイン類似度',
    accumulated: 'ここまでをすべて量子化したときの、同じ比',
    accumulatedCosine: 'ここまでをすべて量子化したときの、同じ類似度',
    kl: 'これだけを量子化したとき、ネットワークの答えがどれだけ動くか（何も丸めないときの答えからのカルバック・ライブラー情報量）',
    accuracy: 'これだけを量子化したときの正解率から、何も丸めないときの正解率を引いたもの（ポイント）',
  },
  interval: (lo, hi) => `${lo} から ${hi}`,
  plusMinus: (value, error) => `値 ${value} ± ${error}`,
  intervalOf: (lo, hi, n) => `95% 区間 ${lo} から ${hi} ポイント、画像 ${n} 枚`,

  bitsOf: (node) => `${node} のビット数`,
  asAll: (bits) => `全体と同じ（${bits}）`,
  size: (packed, full) => `詰めたときの大きさ ${packed}（量子化なしは ${full}）。`,
  meanBits: (weights, activations) => `平均ビット数：重み ${weights}、活性値 ${activations}。`,
  accuracyComes: '正解率を測っています。',
  accuracyNow: (accuracy, lower, upper, n) => `正解率 ${accuracy}（95% 区間 ${lower} から ${upper}、${n}）、`,
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

  parts: {
    layers: '層とビット数',
    histogram: '値と目盛り',
    calibration: '範囲の比較',
    repairs: '丸めと修復',
    changes: '何が変わったか',
    export: '書き出し',
  },
  sources: { calibration: '校正画像', synthetic: '合成画像', both: '両方' },
  tryAgain: 'もう一度試す',
  histogram: {
    lead: '層の値と、丸める先の少数の目盛りです。範囲の端をドラッグするか、矢印キーで動かしてください。正解率もすぐに変わります。まず少数の画像で、手を止めるとすべての画像で測ります。',
    which: '重みまたは活性値',
    option: (node, kind) => `${node}（${kind}）`,
    channel: '出力チャンネル',
    allChannels: 'すべてのチャンネル',
    channelOf: (channel) => `チャンネル ${channel}`,
    granularity: '重みの目盛り',
    granularities: { perChannel: 'チャンネルごと', perTensor: '層ごと' },
    images: '値を取る画像',
    counted: (n, step) => (step === '0' ? `値 ${n} 個、生徒の学習前。` : `値 ${n} 個、学習 ${step} ステップの後。`),
    again: 'もう一度見る',
    otherStep: (step) => `学習 ${step} ステップ後の生徒の値です。`,
    earlierRun:
      'この範囲は、今の実行を準備する前に動かしたものです。引き続き使われています。「元の範囲に戻す」で、今の実行の範囲になります。',
    notQuantized: 'これは量子化されていないため、目盛りがありません。',
    label: (node, bits) => `${node} のヒストグラムと ${bits} ビットの目盛り`,
    ends: { lo: '範囲の下端', hi: '範囲の上端' },
    reading: (lo, hi, sqnr, clipped, share) =>
      `範囲 ${lo} から ${hi}：SQNR ${sqnr} デシベル、切り詰めた値 ${clipped}（誤差の ${share}）。`,
    keep: 'この範囲を使う',
    back: '元の範囲に戻す',
    manyGrids:
      '目盛りはチャンネルごとに別々です。ここでは、全体にわたる 1 組の目盛りを描いて測っています。チャンネルを選ぶと、その目盛りが出ます。',
    legend:
      'オレンジ：切り詰めた値。棒のはっきりした色の部分：目盛りの間隔の半分に対して、値がどれだけ丸められるか。点線：目盛り。0 が 0 のまま残るように間隔の整数倍に置かれるため、範囲の端とは一致しないことがあります。棒の高さは個数の平方根です。',
  },
  kept: {
    title: '比べて書き出す生徒に選んだもの：',
    help: '実行そのものは変わりません。',
    calibration: (method, images) => `活性値の範囲：${method}（${images}）`,
    channel: (node, channel) => `${node} のチャンネル ${channel}`,
    range: (name, lo, hi) => `${name} の範囲：${lo} から ${hi}`,
    repairs: (names, images) => `修復：${names}（${images}）`,
    takeBack: (what) => `取り消す：${what}`,
    column: '採用',
    use: '使う',
    used: '使用中',
    useOf: (what) => `使う：${what}`,
  },
  calibration: {
    lead: '活性値の範囲は、何から決めるのがよいでしょうか。校正画像、合成画像、その両方のそれぞれで、すべての決め方を、今のビット数と重みのまま比べます。',
    measure: 'すべての決め方を比べる',
    table: '活性値の範囲の決め方',
    columns: {
      method: '範囲',
      source: '画像',
      accuracy: '正解率',
      difference: '量子化なしとの差（ポイント）',
      kl: 'KL（ナット）',
      sqnr: 'SQNR（デシベル）',
      clipped: '切り詰め',
    },
    columnHelp: {
      method: '値から範囲を決める方法',
      source: '値を取る画像',
      accuracy: 'この範囲を使った生徒の正解率',
      difference: '量子化していない元のネットワークの正解率との差。区間は値に添えています',
      kl: '答えの、量子化していない元のネットワークの答えからのカルバック・ライブラー情報量',
      sqnr: '活性値だけの値を、すべての活性値で平均したもの',
      clipped: '目盛りの外にある値の割合を、すべての活性値で平均したもの',
    },
    movingAverage: '移動平均（著者のプログラムの方法）',
    coverage: '画像は範囲を覆っているか',
    coverageHelp: (calibration, synthetic) =>
      `検証画像での各活性値の範囲のうち、校正画像 ${calibration} 枚と合成画像 ${synthetic} 枚が届く割合です。`,
    axis: '活性値',
  },
  repairs: {
    lead: '量子化したネットワークに、学習せずに後からできることです。それぞれ単独の場合と、選んだものをすべて行った場合を測ります。実行の生徒はそのまま残ります。',
    which: '修復',
    images: '見る画像',
    names: { equalization: '層間の均等化', adaRound: 'AdaRound（丸めの学習）', biasCorrection: 'バイアス補正' },
    help: {
      equalization:
        '2 つの層の間のチャンネルを拡大縮小し、両方の層の重みの範囲をそろえます。量子化しなければ何も変わりません。',
      adaRound:
        '各重みを切り上げるか切り捨てるかを、層の出力の変化が最も小さくなるように、層ごとに学習します。時間がかかります。',
      biasCorrection: '量子化による層の出力の平均のずれを、その層のバイアスから引きます。',
    },
    measure: '前後を測る',
    table: '各修復の前後の正解率',
    full: '量子化なし',
    nothing: '今のまま（最も近い値に丸める）',
    columns: {
      repair: '修復',
      accuracy: '正解率',
      difference: '量子化なしとの差（ポイント）',
      kl: 'KL（ナット）',
      changed: '変えた層',
    },
    looked: (images) => `修復は画像 ${images} 枚を見ました。`,
  },
  changes: {
    lead: '同じテスト画像で、生徒を量子化なしのネットワークと比べます。区間は 95% です。',
    measure: (n) => `テスト画像 ${n} 枚で比べる`,
    accuracy: (full, student, difference, lo, hi, n) =>
      `正解率：量子化なし ${full}、生徒 ${student}、差 ${difference} ポイント（${lo} から ${hi}、n = ${n}）。`,
    agreement: (share, lo, hi, n) => `正誤を問わず同じ答え：${share}（${lo} から ${hi}、n = ${n}）。`,
    kl: (mean, lo, hi, n) => `答えの KL 情報量：平均 ${mean} ナット（${lo} から ${hi}、n = ${n}）。`,
    worst: (name, difference, lo, hi, n) =>
      `最も落ちたクラス：${name}、${difference} ポイント（${lo} から ${hi}、n = ${n}）。`,
    matrix: '両者の答え',
    matrixHelp: '行：量子化なしの答え。列：生徒の答え。',
    flips: (count, shown) => `変わった答え：${count} 件（うち ${shown} 件を表示）`,
    noFlips: '変わった答えはありません。',
    image: (index, name) => `テスト画像 ${index}：${name}`,
    fullSays: (name) => `元：${name}`,
    studentSays: (name) => `生徒：${name}`,
  },
  take: {
    lead: '今の生徒をファイルにします。保存する前に、ここで読み直して実行し、生徒と比べます。',
    format: '形式',
    formats: { onnx: 'ONNX', layersModel: 'tf.LayersModel', images: '画像' },
    formatHelp: {
      onnx: 'QuantizeLinear と DequantizeLinear を使います。重みは、収まる最小の 2、4、8 ビットの整数です。活性値は生徒自身の目盛りに丸めます。',
      layersModel:
        'TensorFlow.js と Keras 用です。重みは生徒が計算に使う値そのものです。スケールが層ごとに 1 つなら 8 ビットで保存します。チャンネルごとのスケールはこの形式にないため、float32 になります。活性値の量子化器もないため、活性値は量子化されません。活性値の目盛りは model.json にあります。',
      images:
        '校正画像と、クラスごとに 20 枚（大きな画像が多いときはもっと少なく）の合成画像を PNG にし、ラベルの表とともに zip にまとめます。',
    },
    make: 'ファイルを作って確かめる',
    collect: '画像を集める',
    size: (packed, full) => `ディスク上で ${packed}。float32 のパラメーターは ${full} です。`,
    agreement: (runtime, same, n, lo, hi) =>
      `${runtime} は、テスト画像 ${n} 枚のうち ${same} 枚で生徒と同じ答えを出します（95% 区間 ${lo} から ${hi}）。`,
    logits: (tolerance, close, n, difference, largest) =>
      `ロジットの差が最大値の ${tolerance} 以内：${n} 枚のうち ${close} 枚。最大の差 ${difference}、最大のロジット ${largest}。`,
    optimizedAlike: '実行環境のグラフ最適化を切っても同じです。',
    optimizedOtherwise: (same, n) => `実行環境のグラフ最適化を切ると、${n} 枚のうち ${same} 枚です。`,
    others: (count, ties, tolerance) =>
      `異なる答えは ${count} 件です。そのうち ${ties} 件では、生徒自身の 2 つのクラスの差が最大のロジットの ${tolerance} 以内です。実行環境によって足す順番が違い、2 つの目盛りの中間にある値はもう一方の目盛りに移ることがあります。`,
    differs: (enough) =>
      `答えの一致が ${enough} を下回り、その他の答えも生徒が迷っていたものではありません。この実行環境が別の計算をしているか、生徒の多くの値が 2 つの目盛りのちょうど中間にあって足す順番で結果が変わるかのどちらかです。ファイルは渡しません。ほかのビット数、範囲、形式にするか、もう少し学習させてみてください。`,
    stale: 'このファイルは、以前の実行、量子化、または選択のものです。作り直してください。',
    images: (calibration, synthetic, size) => `校正画像 ${calibration} 枚、合成画像 ${synthetic} 枚、${size}。`,
    save: (name, size) => `${name} を保存（${size}）`,
  },
};
