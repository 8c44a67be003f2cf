import type { Sentences } from '../../engine/sentences';

/** What engine and worker say, in Japanese. */
export const jaSentences: Sentences = {
  tryingBackend: (backend) => `${backend} を試しています`,
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
  noOffscreenCanvas: () => 'OffscreenCanvas がありません',
  didNotStart: (backend) => `${backend} が起動しませんでした`,
  wrongStep: (got, expected) => `試験用の学習ステップの結果が ${expected} ではなく ${got} になりました`,
  switchedOff: () => 'アドレスで無効にされています',
  deviceWasLost: () => 'デバイスが失われました',
  notTried: () => '試していません',
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
  collapsedLoss: (step, from, to, weight) =>
    `ステップ ${step} までに生徒の損失が ${from} から ${to} へと 10 倍に増え、学習が崩れました。最も大きく動いた重みは ${weight} です。`,
  collapsedAccuracy: (step, student, plain, weight) =>
    `ステップ ${step} の後、生徒の正解率は ${student} % で、量子化しただけの ${plain} % を下回り、学習が崩れました。最も大きく動いた重みは ${weight} です。`,
  collapsedHint: () => '「リセット」を押して生徒の学習率を下げるか、そのまま再生して行方を見てください。',
  collapsedSnapshotHint: (step) =>
    `ステップ ${step} のスナップショットに戻って生徒の学習率を下げるか、そのまま再生して行方を見てください。`,
  notFiniteResetHint: () => '「リセット」を押し、学習率かこの項の重みを下げてから続けてください。',
  notFiniteSnapshotHint: (step) =>
    `ステップ ${step} のスナップショットに戻り、学習率かこの項の重みを下げてから続けてください。`,
  noMemory: () => 'この実行に必要なメモリーが足りません。',
  noMemoryHint: () => 'バッチを小さくするか生成器のチャンネル数を減らしてから、エンジンを再起動してください。',
  changeSettingHint: () => 'この設定を変えてもう一度試してください。それまでの実行はそのまま残っています。',
  internalHint: () => '「リセット」を押してください。繰り返し起きるときは、別のバックエンドを選んでください。',
  noNetwork: () => 'ネットワークがまだありません。',
  restartOrReloadHint: () => 'エンジンを再起動するか、ページを再読み込みしてください。',
  noSnapshot: () => '戻れるスナップショットがありません。',
  resetHint: () => '「リセット」を押すと、同じシードで最初からやり直せます。',
  startLayerTooDeep: (layer, network, layers) =>
    `クラス項の最初の層が ${layer} 番目になっていますが、${network} の BatchNorm 層は ${layers} 個です。`,
  checkpointHint: () => '生成器をチェックポイントからではなく、最初から学習させてください。',
  checkpointUnusable: (reason) => `事前学習済みの生成器を使えません：${reason}`,
  checkpointUnusableHint: () =>
    '代わりに生成器を最初から学習させます。そのため、はるかに多くのステップが必要です。再読み込みで直ることもあります。',

  bundledFails: (reason) => `付属のネットワークを読み込めません：${reason}`,
  bundledFailsHint: () => '接続を確かめてから、エンジンを再起動するか、ページを再読み込みしてください。',
  mismatch: (network, size, classes, dataset, datasetSize, datasetClasses) =>
    `${network} の入力は ${size} の画像で ${classes} クラスですが、${dataset} の画像は ${datasetSize} で ${datasetClasses} クラスです。`,
  mismatchHint: () =>
    'この大きさとクラス数の画像で学習したネットワークを開いてください。それまでのネットワークはそのまま残っています。',
  filesHint: () => 'tf.LayersModel.save が書き出した model.json と、すべての .bin ファイルを一緒に選んでください。',
  noJsonFile: () => '選んだファイルの中に .json ファイルがありません。',
  noTopology: (file) => `${file} にモデルの構造がないため、tf.LayersModel ではありません。`,
  notJson: (file, reason) => `${file} は正しい JSON ではありません（${reason}）。`,
  notAModel: (file) => `${file} はモデルを記述していません。`,
  weightFileMissing: (file) => `モデルが参照する重みファイル ${file} がありません。`,
  weightsUnreadable: (files, reason) => `${files} の重みを読めません：${reason}`,
  weightsNotFinite: (weight) => `重み「${weight}」に有限でない値があります。`,
  damagedHint: () => 'ファイルが壊れているか、学習が発散しています。',
  noLayers: (file) => `${file} にモデルの層の一覧がありません。`,
  noImageSize: () => 'モデルに画像の大きさが書かれていません。',
  noImageSizeHint: () => '入力の形状を固定して書き出してください。',
  sharedLayer: (layer, times) =>
    `層「${layer}」がモデル内で ${times} 回使われています。共有された層には対応していません。`,
  sharedLayerHint: () => '各層を 1 回だけ使うモデルを書き出してください。',
  supportedLayers: () =>
    '使える層は Conv2D、DepthwiseConv2D、BatchNormalization、ReLU、ReLU6、Add、ZeroPadding2D、MaxPooling2D、AveragePooling2D、GlobalAveragePooling2D、Flatten、Dense、Dropout と、最後の softmax です。',
  readsLater: (layer, from) => `層 ${layer} が「${from}」を入力としていますが、それより前にありません。`,
  layerUnusable: (layer, kind, why) => `層「${layer}」（${kind}）は使えません：${why}。`,
  layerLacksWeight: (layer, kind, weight) => `層「${layer}」（${kind}）の重みに「${weight}」がありません。`,
  otherModelHint: () => '重みファイルがこのモデルのものではありません。',
  weightShape: (weight, shape) => `重み「${weight}」の形状が [${shape}] です`,
  activationKind: (name) => `活性化関数「${name}」に対応していません`,
  notAnImage: (shape) => `入力の形状が [height, width, channels] ではなく [${shape}] です`,
  channelsLastOnly: () => 'channels_last だけに対応しています',
  noFixedSize: (shape) => `形状 [${shape}] は固定の画像サイズではありません`,
  severalInputs: () => 'モデルに入力が 2 つ以上あります',
  noDilation: () => 'Dilated convolution には対応していません',
  noGroups: () => 'グループ畳み込みには対応していません',
  wrongChannels: (takes, given) => `入力は ${takes} チャンネルのはずですが、${given} チャンネルが渡されています`,
  wrongAxis: (axis) => `チャンネルではなく軸 ${axis} を正規化しています`,
  clippedRelu: (limit) => `${limit} で打ち切る ReLU には対応していません（打ち切りなしか 6 だけです）`,
  plainReluOnly: () => '通常の ReLU だけに対応しています',
  vectorReshapeOnly: () => 'ベクトルへの Reshape だけに対応しています',
  wrongFeatures: (takes, shape) => `入力は ${takes} 個の特徴量のはずですが、[${shape}] が渡されています`,
  noSuchOperation: () => 'この演算には対応していません',

  plainClassifierHint: () => 'ファイルが通常の画像分類ネットワークのもので、全体が書き出されているか確かめてください。',
  wrongOutput: (shape, classes) =>
    `ネットワークの出力が ${classes} クラスのスコアではなく、形状 [${shape}] のテンソルです。`,
  noBatchNorm: () =>
    'このネットワークには BatchNorm 層がありません。FDDA は BatchNorm 統計量を使うため、合わせるものがありません。',
  noBatchNormHint: () => 'BatchNorm を畳み込みに統合する前に書き出すか、BatchNorm のあるネットワークを選んでください。',
  layerNeedsImage: (layer, kind, shape) =>
    `層「${layer}」（${kind}）の入力は画像 [height, width, channels] のはずですが、[${shape}] です。`,
  windowTooLarge: (layer, size, pixels) => `層「${layer}」：大きさ ${size} の窓が ${pixels} ピクセルに収まりません。`,
  weightMissing: (layer, weight) => `層「${layer}」：重み「${weight}」がありません。`,
  weightOfShape: (layer, weight, shape) => `層「${layer}」：重み「${weight}」の形状が [${shape}] です。`,
  weightOfLength: (layer, weight, values, channels) =>
    `層「${layer}」：重み「${weight}」の値は ${values} 個ですが、チャンネルは ${channels} 個です。`,
  layerChannels: (layer, takes, given) =>
    `層「${layer}」の入力は ${takes} チャンネルのはずですが、${given} チャンネルが渡されています。`,
  addsShapes: (layer, shapes) => `層「${layer}」が形状の異なるテンソルを足しています：${shapes}。`,
  layerFeatures: (layer, takes, shape) =>
    `層「${layer}」の入力は ${takes} 個の特徴量のはずですが、[${shape}] が渡されています。`,
};
