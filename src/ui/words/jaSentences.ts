import type { Sentences } from '../../engine/sentences';
import { jaHubSentences } from './jaSentencesHub';
import { jaImageSentences } from './jaSentencesImages';
import { jaNetworkSentences } from './jaSentencesNetwork';

/** What engine and worker say, in Japanese. */
export const jaSentences: Sentences = {
  ...jaHubSentences,
  ...jaImageSentences,
  ...jaNetworkSentences,

  startingBackend: (backend) => `${backend} を起動しています`,
  loadingBundled: () => '付属のネットワークを読み込んでいます',
  readingCalibration: () => '校正画像の BatchNorm 統計量を調べています',
  readingObservation: () => '観察用画像の BatchNorm 統計量を調べています',
  compilingShaders: () => '最初のステップのためにシェーダーをコンパイルしています',

  webgpu: () => 'WebGPU',
  webgl: () => 'WebGL',
  wasm: () => 'WebAssembly',
  cpu: () => '通常の JavaScript',
  listed: (first, second) => `${first}、${second}`,
  threads: (count) => `${count} スレッド`,
  adapterWithoutName: () => '名前のないアダプター',
  noWebgpu: () => 'このブラウザーは WebGPU に対応していません',
  noAdapter: () => 'WebGPU のアダプターがありません',
  noWebgl: () => 'このブラウザーは WebGL に対応していません',
  noOffscreenCanvas: () => 'OffscreenCanvas がありません',
  didNotStart: (backend) => `${backend} が起動しませんでした`,
  wrongStep: (got, expected) => `試験用の学習ステップの結果が ${expected} ではなく ${got} になりました`,
  switchedOff: () => 'アドレスで無効にされています',
  deviceWasLost: () => 'デバイスが失われました',
  notTried: () => '試していません',
  notTriedYet: () => 'まだ試していません',
  beingTried: () => '試しています',
  softwareAdapter: () => 'ソフトウェアアダプター（WebAssembly より低速）',
  slowerThanOthers: () => 'ほかより低速のため試していません',
  noneTried: () => 'どれも試していません',
  noBackend: (tried) => `ここで動くバックエンドがありません（${tried}）。`,
  noBackendHint: () => '新しいブラウザーを使ってください。アドレスに「without」があれば取り除いてください。',
  backendFails: (backend, reason) => `${backend} はここでは動きません：${reason}。`,
  goingOnWith: (backend) => `${backend} で続けます。`,
  otherBackendHint: () => '別のバックエンドを選んでください。それまでの実行はそのまま残っています。',
  deviceLost: () => 'グラフィックスデバイスが失われました。',
  deviceLostFor: (reason) => `グラフィックスデバイスが失われました（${reason}）。`,
  noReason: () => '理由は不明です',
  keptSettingsHint: () => '別のバックエンドを選んでください。設定はそのまま残ります。',
  goingOnFromSnapshot: (backend) => `最後のスナップショットから ${backend} で続けます。`,
  reloadHint: () => 'ページを再読み込みしてください。',

  notFinite: (term, step) => `ステップ ${step} で ${term} が有限の数でなくなりました。`,
  notFiniteResetHint: () => '「リセット」を押し、学習率かこの項の重みを下げてから続けてください。',
  notFiniteSnapshotHint: (step) =>
    `ステップ ${step} のスナップショットに戻り、学習率かこの項の重みを下げてから続けてください。`,
  collapsedLoss: (step, from, to, weight) =>
    `ステップ ${step} までに生徒の損失が ${from} から ${to} へと 10 倍に増え、学習が崩れました。最も大きく動いた重みは ${weight} です。`,
  collapsedAccuracy: (step, student, plain, weight) =>
    `ステップ ${step} の後、生徒の正解率は ${student} % で、量子化しただけの ${plain} % を下回り、学習が崩れました。最も大きく動いた重みは ${weight} です。`,
  collapsedHint: () => '「リセット」を押して生徒の学習率を下げてください。それまで実行は続きます。',
  collapsedSnapshotHint: (step) =>
    `ステップ ${step} のスナップショットに戻り、生徒の学習率を下げてください。それまで実行は続きます。`,
  noMemory: () => 'この実行に必要なメモリーが足りません。',
  noMemoryHint: () => 'バッチを小さくするか生成器のチャンネル数を減らしてから、エンジンを再起動してください。',
  changeSettingHint: () => 'この設定を変えてもう一度試してください。それまでの実行はそのまま残っています。',
  internalHint: () => '「リセット」を押してください。繰り返し起きるときは、別のバックエンドを選んでください。',
  noNetwork: () => 'ネットワークがまだありません。',
  restartOrReloadHint: () => 'エンジンを再起動するか、ページを再読み込みしてください。',
  noSnapshot: () => '戻れるスナップショットがありません。',
  resetHint: () => '「リセット」を押すと、同じシードで最初からやり直せます。',
  tooMuchMemory: (needed, most, batch, channels, less) =>
    `この実行には約 ${needed} GB のメモリーが必要ですが、WebAssembly で使えるのは ${most} GB です。1 ステップの画像（生成器、実画像、合成画像）を ${batch} 枚、生成器の幅を ${channels} にすると約 ${less} GB になります。`,
  tooMuchMemoryMoving: (needed, most, batch, channels, less, perClass) =>
    `この実行には約 ${needed} GB のメモリーが必要ですが、WebAssembly で使えるのは ${most} GB です。1 ステップの画像（生成器、実画像、合成画像）を ${batch} 枚、生成器の幅を ${channels}、クラスごとに残す画像を ${perClass} 枚にすると約 ${less} GB になります。`,
  tooMuchMemoryAnyway: (needed, most) =>
    `この実行には約 ${needed} GB のメモリーが必要ですが、WebAssembly で使えるのは ${most} GB です。並べる手法を減らすか、画像そのものを動かさないか、クラスの少ない画像を使ってください。`,
  startLayerTooDeep: (layer, network, layers) =>
    `クラス項の最初の層が ${layer} 番目になっていますが、${network} の BatchNorm 層は ${layers} 個です。`,
  tooManyImages: (asked, most) => `テスト画像が一度に ${asked} 枚求められましたが、多くても ${most} 枚までです。`,
  tooManyImagesHint: () => '一度に求める枚数を減らしてください。',
  noTestImage: (index, size) => `テスト画像 ${index} はありません。全部で ${size} 枚です。`,
  noTestImageHint: (last) => `テスト画像は 0 から ${last} まで数えます。`,
  noSuchLayer: (entry, network) => `${entry} にビット数が設定されていますが、${network} にその層はありません。`,
  noSyntheticImages: () => 'この実行には生成器がないため、合成画像がありません。校正画像を選んでください。',
  noActivations: () => '量子化された活性化がないため、決める範囲がありません。どれかのビット数を減らしてください。',
  emptyRange: (node, lo, hi) =>
    `「${node}」の範囲は ${lo} から ${hi} で、何も含みません。上端は下端より大きくしてください。`,
  rangeOrEqualization: () =>
    '手で決めた範囲と層間均等化は同時に使えません。均等化は、範囲を決めたときの値を動かします。どちらかを取り消してください。',
  exportPooling: (layer) =>
    `tf.LayersModel にはこのネットワークを保存できません：プーリング層「${layer}」の余白のとり方は Keras では表せません。`,
  exportHint: () => '別の形式を選んでください。生徒はそのまま残ります。',
  checkpointHint: () => '生成器をチェックポイントからではなく、最初から学習させてください。',
  checkpointUnusable: (reason) => `事前学習済みの生成器を使えません：${reason}`,
  checkpointUnusableHint: () =>
    '代わりに生成器を最初から学習させます。そのため、はるかに多くのステップが必要です。再読み込みで直ることもあります。',

  sessionHint: () =>
    '「セッションを保存」で書いたファイルを、欠けのないまま選んでください。今開いているものはそのままです。',
  sessionForeign: (file) => `${file} は、このプレイグラウンドのセッションではありません。`,
  sessionVersion: (found, known) =>
    `セッションの版は ${found} ですが、このページが読めるのは ${known} です。新しいページなら開けるかもしれません。`,
  sessionLarge: (file, megabytes) =>
    `${file} には ${megabytes} MB、または数千のファイルがあることになっています。セッションではありません。`,
  sessionTwice: (file) => `${file} に同じ名前のファイルが 2 つあります。`,
  sessionField: (place, fault) => `セッションの ${place} に問題があります（${fault}）。`,
  noSession: () => '開くセッションがありません。',
  sessionNoSource: () => 'ネットワークの読み取り元のファイルが手元にありません。',
  sessionNoSourceHint: () => 'ネットワークをもう一度開いてから、セッションを保存してください。',
};
