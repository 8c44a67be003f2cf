import type { Words } from './words';

/** The user's own network and images in Japanese. */
export const jaOwn: Pick<Words, 'own'> = {
  own: {
    openImages: '画像を開く…',
    openFolder: 'フォルダーを開く…',
    imagesHelp: [
      'クラスごとのフォルダーに入った画像（PNG、JPEG、GIF、BMP、WebP）を、フォルダーかアーカイブ（zip、tar、gz）で選べます。ラベル一覧（CSV、TSV、JSON）付きの画像、ラベルの列がある parquet ファイル、CIFAR のバイナリー、MNIST の idx ファイルも使えます。種類は中身で見分けます。画像は torchvision と同じ方法でネットワークの大きさに合わせます。テストには、テスト用のフォルダーかファイルの画像を、なければ各クラスの半分を使います。このコンピューターの外には何も送りません。',
      'ネットワークと画像はどちらから開いてもかまいません。まだ合わないものは、もう一方を待ちます。ここにファイルをドロップすることもできます。',
    ],
    bundledImages: '付属の画像に戻す',
    images: (classes, calibration, test) =>
      `自分の画像：${classes} クラス、校正と観察に ${calibration} 枚、テストに ${test} 枚`,
    check: 'ネットワークの読み取り結果',
    operations: '演算',
    parameters: 'パラメーター',
    macs: '画像あたりの積和演算',
    memory: '画像あたりのメモリー',
    megabytes: (count) => `${count} メガバイト`,
    input: '画像',
    classes: 'クラス',
    compared: '比べたもの',
    difference: (runtime, difference) => `${runtime}：差は最大 ${difference}`,
    notCompared: (runtime) => `${runtime}：比べられませんでした`,
    noRuntime: 'なし：この重みには専用の実行環境がありません',
    pixels: '画素値',
    pixelsHelp:
      'ネットワークにはチャンネルごとに（画素値 / 255 − 平均）/ 標準偏差を渡します。学習したときと同じ値でなければなりませんが、ファイルに書かれていないことがよくあります。',
    pixelChoices: {
      unit: '0 から 1',
      symmetric: '−1 から 1',
      bytes: '0 から 255',
      imagenet: 'ImageNet の平均と標準偏差',
      other: 'その他の値',
    },
    mean: '平均',
    deviation: '標準偏差',
    apply: 'この値を使う',
    mend: 'そうする',
    chooseOutput: (output) => `出力 ${output} を使う`,
  },
};
