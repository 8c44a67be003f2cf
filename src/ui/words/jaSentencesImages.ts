import type { IMAGE_SENTENCES } from '../../engine/sentencesImages';

/** What is said of images of the user's own, in Japanese. */
export const jaImageSentences: typeof IMAGE_SENTENCES = {
  imagesHint: () =>
    'クラスごとに画像（PNG、JPEG、GIF、BMP、WebP）のフォルダーがあるフォルダーかアーカイブ（zip、tar、gz）、画像とラベル一覧（CSV、TSV、JSON）、画像とラベルの parquet ファイル、CIFAR のバイナリー、または MNIST の idx ファイルを選んでください。',
  archiveHint: () => 'アーカイブを取得し直すか、中のファイルを選んでください。',
  archiveOfOtherKind: (file) => `${file} は、ここでは読めない種類のアーカイブです。`,
  archiveOfOtherKindHint: () => '展開してフォルダーを選ぶか、zip または tar.gz にしてください。',
  archiveCut: (file) => `${file} は途中で切れているか壊れたアーカイブです。`,
  gzipDamaged: (file, reason) => `${file} を展開できません：${reason}。`,
  severalDatasets: (first, second) =>
    `${first} と ${second} は別のデータセットです。一方のファイルだけを選んでください。`,
  binaryBeside: (file) => `${file} にも画像がありますが、画像ファイルのほうを使います。`,
  namesFrom: (file) => `クラス名は ${file} から取りました。`,
  classesAreNumbers: () => 'ファイルにクラス名がないため、番号で呼びます。',
  cifarCut: (file, bytes, record) =>
    `${file} は ${bytes} バイトで、1 枚 ${record} バイトの画像の整数倍ではありません。途中で切れています。`,
  cifarLabel: (file, image, label, dataset, last) =>
    `${file}：画像 ${image} のラベルが ${label} です。${dataset} のラベルは 0 から ${last} です。`,
  idxCut: (file, shape, bytes) =>
    `${file} には ${shape} 個の値があるはずですが、${bytes} バイトです。途中で切れているか、画像ではありません。`,
  idxNoImages: (file) => `${file} にラベルがありますが、画像の idx ファイルがありません。`,
  idxNoLabels: (file) =>
    `${file} のラベルがありません。ラベルの idx ファイル（名前の images が labels）も選んでください。`,
  idxCounts: (images, count, labels, other) =>
    `${images} の画像は ${count} 枚ですが、${labels} のラベルは ${other} 個です。`,
  splitFolders: (folders) => `テスト画像は ${folders} の中の画像です。`,
  testOfNoClass: (count) => `学習用の画像にないクラスのテスト画像が ${count} 枚あり、使いません。`,
  labelsFrom: (file) => `ラベルは ${file} から取りました。`,
  labelsFromColumn: (file, column) => `ラベルは ${file} の列「${column}」から取りました。`,
  listNamesNone: (file) => `${file} はラベルの一覧のようですが、これらの画像の名前がほとんどありません。`,
  listWithoutLabels: (file) => `${file} にはこれらの画像の名前がありますが、どの列がラベルか分かりません。`,
  splitsFromColumn: (file, column) => `${file} の列「${column}」に従って、テスト用の画像を分けます。`,
  listedMissing: (count, file) => `${file} にある画像のうち ${count} 枚が見つかりません。`,
  notListed: (count) => `一覧にラベルのない画像が ${count} 枚あり、使いません。`,
  colourToGrey: (count) => `ネットワークの入力は灰色の画像です。カラーの画像 ${count} 枚を灰色にしました。`,
  greyToColour: () => '画像は灰色で、ネットワークの入力はカラーです。赤、緑、青を同じ値にしました。',
  tooFewTraining: (name, has, needs) =>
    `クラス「${name}」の読める学習用の画像は ${has} 枚ですが、少なくとも ${needs} 枚必要です。`,
  tooFewTest: (name, has, needs) =>
    `クラス「${name}」の読めるテスト画像は ${has} 枚ですが、少なくとも ${needs} 枚必要です。`,
  noPictures: () => 'これらのファイルの中に画像がありません。',
  oneClassOnly: () => '画像がクラスのフォルダーに分かれていないため、すべてを 1 つのクラスとします。',
  picturesBeside: (count) => `クラスのフォルダーの外に画像が ${count} 枚あり、使いません。`,
  classesByName: () => 'ネットワークに同じ名前のクラスがあるので、その順に並べます。',
  classesByNumber: () => 'クラス名が番号なので、番号の順に並べます。',
  emptyFolder: (folder) => `フォルダー「${folder}」には画像がないため、クラスとしません。`,
  tooManyClasses: (classes, most) => `クラスが ${classes} 個ありますが、使えるのは ${most} 個までです。`,
  pictureBroken: (name, reason) => `${name} は読めないため使いません：${reason}。`,
  readingPictures: () => '画像を読んでいます',
  picturesDropped: (dropped, most) =>
    `メモリーに入りきらないため、クラスごとに ${most} 枚だけ使い、${dropped} 枚は使いません。`,
  tooFewPictures: (name, has, needs) =>
    `クラス「${name}」の読める画像は ${has} 枚ですが、少なくとも ${needs} 枚必要です。`,
  channelsOfPictures: (channels) => `ネットワークの入力は ${channels} チャンネルですが、画像は 1 か 3 チャンネルです。`,
  notReplayed: (mebibytes) =>
    `ステップを記録して再生するには ${mebibytes} MiB を超えるメモリーが必要なため、ステップを毎回組み立て直します。結果は同じですが、実行に時間がかかります。`,
  fittedToMachine: (batch, channels, tests) =>
    `この大きさの画像でも 1 ステップが数秒で済みメモリーに収まるように、1 ステップの画像を ${batch} 枚、生成器の幅を ${channels}、テスト画像を ${tests} 枚にしました。いずれも設定で変えられます。`,
  lookedAtSome: (some, all) =>
    `実行中に見て表示するのは ${all} クラス中 ${some} クラスの画像です。手法そのものはすべてのクラスを使います。`,
  settingsFitted: (setting, value) => `設定に対して画像が足りないため、「${setting}」を ${value} にします。`,
  imagesPerClass: () => 'クラスごとの実画像数',
  observationPerClass: () => '観察用の画像数',
  testImages: () => 'テスト画像数',
  generatorSize: (network, size) =>
    `${network} の入力は ${size} の画像ですが、生成器が作れるのは、高さが 4 の倍数で 1 か 3 チャンネルの正方形の画像です。`,
  generatorSizeHint: () => '別の画像サイズでネットワークを書き出してください。',
  oneOutput: (network) => `${network} の出力は 1 つだけで、クラスを分けられません。`,
  oneOutputHint: () => '2 クラスでも、クラスごとに出力のあるネットワークを選んでください。',
  lowAccuracy: (percent, images) =>
    `完全精度のネットワークの正解率は、テスト画像 ${images} 枚で ${percent} % です。学習済みならずっと高いはずです。画素値の範囲、平均と標準偏差、またはクラスの順序が違うかもしれません。`,
  lowAccuracyBecause: (percent, images, cause, better) =>
    `完全精度のネットワークの正解率は、テスト画像 ${images} 枚で ${percent} % ですが、${cause}なら ${better} % です。おそらくそのように学習されています。`,
  both: (first, second) => `${first}と${second}`,
  fedUnit: () => '0 から 1 の画素値',
  fedSymmetric: () => '−1 から 1 の画素値',
  fedBytes: () => '0 から 255 の画素値',
  fedImagenet: () => 'ImageNet の平均と標準偏差',
  fedCaffe: () => '0 から 255 から ImageNet の平均を引いた画素値',
  channelsReversed: () => '青、緑、赤の順のチャンネル',
  classesReordered: () => '別の順序のクラス',
  cannotReverse: (network) => `${network} のチャンネルは逆順にできません。`,
  cannotReverseHint: () => '逆順にせずに開くか、学習した環境で最初の層の重みを逆順にしてください。',
  noMend: () => '直すものがありません。',
  noMendHint: () => 'ネットワークと画像を開き直してください。',
  pendingNetwork: (network, size, classes) =>
    `${network} の準備はできましたが、入力は ${size} の画像 ${classes} クラスで、今の画像と合いません。`,
  pendingNetworkHint: (classes) =>
    `その ${classes} クラスの画像を開いてください。大きさは合わせます。それまでは今のネットワークを使います。`,
  pendingImages: (classes, network, known) => `画像は ${classes} クラスですが、${network} は ${known} クラスです。`,
  pendingImagesHint: (classes) => `${classes} クラスのネットワークを開いてください。それまでは今の画像を使います。`,
  otherImagesHint: (classes) => `その ${classes} クラスの画像か、画像のクラスに合うネットワークを指定してください。`,
  zipDamaged: (file) => `${file} は zip ファイルではないか、途中で切れています。`,
  zipLarge: (file) => `${file} は 4 GB を超える zip ファイルで、読めません。`,
  zipPassword: (file) => `${file} にはパスワードがかかっています。`,
  zipMethod: (file, method) => `${file} は読めない方式（${method}）で圧縮されています。`,
  zipHint: () => 'パスワードなしで zip を作り直すか、フォルダーそのものを選んでください。',
  parquetDamaged: (file, reason) => `${file} を parquet の表として読めません：${reason}`,
  parquetHint: () => 'Hugging Face が配る形の、ラベルの列がある画像データセットの parquet ファイルを選んでください。',
  noImageColumn: (columns) => `表に画像の列がありません。列は ${columns} です。`,
  noLabelColumn: (columns) => `表にそのようなラベルの列がありません。列は ${columns} です。`,
  severalLabels: (columns, used) => `表にラベルの列が複数あり（${columns}）、${used} を使います。`,
  notALabel: (value) => `クラスの番号でないラベル ${value} の画像があります。`,
  partDamaged: () => '一部が壊れています',
  columnsMissing: () => '列が足りません',
  tableListDamaged: () => '構成要素の一覧が壊れています',
  tableRows: (rows, most) => `${rows} 行あるとしていますが、この大きさのファイルに入るのは多くても ${most} 行です`,
  tableChunk: (column) => `列「${column}」の位置がファイルの外にあるか、別の列と重なっています`,
  tablePage: (column) => `列「${column}」の一部が、実際に持つ以上の内容を持つとしています`,
  tableRepeated: (column) => `列「${column}」は 1 行に 1 つの値ではなく、リストを持っています`,
  tableEncoding: (column, encoding) => `列「${column}」の書き方（${encoding}）は、ここでは読めません`,
  labelBeyondNames: (label, names) => `ラベルが ${label} の画像がありますが、名前は ${names} 個です。`,
};
