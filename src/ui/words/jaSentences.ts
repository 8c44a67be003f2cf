import type { Sentences } from '../../engine/sentences';
import { jaHubSentences } from './jaSentencesHub';

/** What engine and worker say, in Japanese. */
export const jaSentences: Sentences = {
  ...jaHubSentences,

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
  collapsedLoss: (step, from, to, weight) =>
    `ステップ ${step} までに生徒の損失が ${from} から ${to} へと 10 倍に増え、学習が崩れました。最も大きく動いた重みは ${weight} です。`,
  collapsedAccuracy: (step, student, plain, weight) =>
    `ステップ ${step} の後、生徒の正解率は ${student} % で、量子化しただけの ${plain} % を下回り、学習が崩れました。最も大きく動いた重みは ${weight} です。`,
  collapsedHint: () => '「リセット」を押して生徒の学習率を下げてください。それまで実行は続きます。',
  collapsedSnapshotHint: (step) =>
    `ステップ ${step} のスナップショットに戻り、生徒の学習率を下げてください。それまで実行は続きます。`,
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
  supportedLayers: () =>
    '使える層は Conv2D、DepthwiseConv2D、SeparableConv2D、BatchNormalization、Dense、ReLU、ReLU6、LeakyReLU、sigmoid、SiLU、hard-swish、softmax、最後の log_softmax、Add、Multiply、Concatenate、MaxPooling2D、AveragePooling2D、Global プーリング、ZeroPadding2D、Flatten、Reshape、Permute、Rescaling、Normalization、Dropout、データ拡張です。この層をこれらで置き換えるか、ONNX に書き出してください。',
  readsLater: (layer, from) => `層 ${layer} が「${from}」を入力としていますが、それより前にありません。`,
  layerUnusable: (layer, kind, why) => `層「${layer}」（${kind}）は使えません：${why}。`,
  layerLacksWeight: (layer, kind, weight) => `層「${layer}」（${kind}）の重みに「${weight}」がありません。`,
  otherModelHint: () => '重みファイルがこのモデルのものではありません。',
  weightShape: (weight, shape) => `重み「${weight}」の形状が [${shape}] です`,
  activationKind: (name) => `活性化関数「${name}」に対応していません`,
  notAnImage: (shape) => `入力の形状が [height, width, channels] ではなく [${shape}] です`,
  channelsLastOnly: () => 'channels_last だけに対応しています',
  channelsLastHint: () =>
    'data_format="channels_last"（keras.backend.set_image_data_format）でモデルを作り、重みを読み込んで書き出すか、ONNX に書き出してください。',
  noFixedSize: (shape) => `形状 [${shape}] は固定の画像サイズではありません`,
  wrongChannels: (takes, given) => `入力は ${takes} チャンネルのはずですが、${given} チャンネルが渡されています`,
  wrongAxis: (axis) => `チャンネルではなく軸 ${axis} を正規化しています`,
  clippedRelu: (limit) => `${limit} で打ち切る ReLU には対応していません（打ち切りなしか 6 だけです）`,
  wrongFeatures: (takes, shape) => `入力は ${takes} 個の特徴量のはずですが、[${shape}] が渡されています`,
  noSuchOperation: () => 'この演算には対応していません',
  tfjsReadsOver: (field) =>
    `${field} を tf.loadLayersModel は無視し、Keras は使うため、ファイルが 2 つの異なるネットワークを意味します`,
  tfjsReadsOverHint: () =>
    'LeakyReLU 層を使うか、dilation のある DepthwiseConv2D を Conv2D に替えて書き出し直すか、ONNX に書き出してください。',
  hasCode: () => 'プログラムのコードであり、モデルのファイルには入っていません',
  fromModule: (module) => `層ではなく ${module} の演算です`,
  fieldUnusable: (field, value) => `${field} = ${value} には対応していません`,
  fieldUnknown: (field, value) => `設定 ${field} = ${value} を知らないため、無視すると別の計算になります`,
  readsNothing: () => '入力となる層がありません',
  readsSeveral: (inputs) => `入力が ${inputs} 個では使えません`,
  takesShape: (takes, given) => `入力は [${takes}] のはずですが、[${given}] が渡されています`,
  shapesDoNotFit: (shapes) => `形状 ${shapes} が互いに合いません`,
  windowDoesNotFit: (size, pixels) => `大きさ ${size} の窓が ${pixels} ピクセルに収まりません`,
  normalizationInWeights: () => '平均と分散が設定に書かれていません',
  resizesInside: () => '画像の大きさを変えています。大きさを変えないものだけ使えます',
  damagedModelHint: () =>
    'ファイルが壊れているか、知られていないプログラムが書いたものです。モデルを書き出し直してください。',
  fileUnreadable: (reason) => `ファイルを読めません：${reason}`,
  noFiles: () => 'ファイルがありません。',
  unknownFormat: (files) => `${files} は開けるネットワークのファイルではありません。`,
  formatsHint: () =>
    '開けるもの：tf.LayersModel（model.json とすべての重みファイル）、ONNX（.onnx）、知られたネットワークの PyTorch の重み（.safetensors）。',
  kerasFileHint: () =>
    'tensorflowjs_converter --input_format=keras MODEL FOLDER で変換し、フォルダーの model.json とすべての .bin を選んでください。',
  savedModelHint: () =>
    'Keras で読み込み、tensorflowjs.converters.save_keras_model(model, FOLDER) で書き出して、フォルダーの model.json とすべての .bin を選んでください。',
  pytorchFileHint: () =>
    'PyTorch のファイルにはコードが入っています。知られたネットワークなら safetensors.torch.save_file(model.state_dict(), FILE) で重みを保存し、そうでなければ torch.onnx.export(model, images, FILE, training=torch.onnx.TrainingMode.PRESERVE) で書き出してください。',
  tfliteHint: () =>
    'すでに量子化または統合されています。元のネットワークを tf.LayersModel、ONNX、safetensors のいずれかで選んでください。',
  graphModel: (file) => `${file} はグラフモデルで、BatchNorm 層が他の演算に統合されています。`,
  graphModelHint: () =>
    'レイヤーモデルとして書き出してください：tensorflowjs_converter --input_format=keras --output_format=tfjs_layers_model MODEL FOLDER、または tensorflowjs.converters.save_keras_model(model, FOLDER)。',
  severalModels: (files) => `選んだファイルのうち、モデルを記述しているものが複数あります：${files}。`,
  severalModelsHint: () => '一度に 1 つのモデルのファイルだけを選んでください。',
  noManifest: () => '重みファイルの一覧（weightsManifest）が壊れています。',
  severalWeightFiles: (file) => `${file} という名前のファイルが複数あります。`,
  weightFileSize: (files, bytes, declared) =>
    `${files} は ${bytes} バイトですが、モデルに書かれた重みは ${declared} バイトです。組み合わせが違うか、途中で切れています。`,
  weightUndeclared: (weight) => `重み「${weight}」の名前、形状、型が書かれていません。`,
  weightType: (weight, type) => `重み「${weight}」の型 ${type} は読めません。`,
  sameWeight: (weight) => `「${weight}」という名前の重みが 2 つあります。`,
  sameName: (layer) => `「${layer}」という名前の層が 2 つあります。`,
  weightsByOrder: () => '重みの名前が層の名前と違うため、番号を除いた名前とファイル内の順序で対応づけました。',
  assumedBytes: () => 'このネットワークは画素値を自分で変換するため、0 から 255 の値を渡します。',
  assumedUnit: () =>
    '学習に使った画素値の範囲が書かれていないため、0 から 1 と仮定します。違っていると精度が低くなります。その場合は平均と標準偏差を指定してください。',
  normalizationChannels: (means, deviations, channels) =>
    `平均 ${means} 個と標準偏差 ${deviations} 個は、${channels} チャンネルの画像に合いません。`,
  normalizationHint: () => 'チャンネルごとに平均と 0 でない標準偏差を 1 つずつ指定してください。',
  severalInputs: (names) => `モデルに入力が複数あります：${names}。`,
  severalInputsHint: () => '画像 1 枚を入力とするネットワークだけ使えます。画像を分類する部分を書き出してください。',
  severalOutputs: (names) => `モデルに出力が複数あります：${names}。`,
  severalOutputsHint: (name) => `クラスを出すのはどれか指定してください（例：${name}）。`,
  noSuchOutput: (name, names) => `モデルに出力「${name}」はありません。あるのは ${names} です。`,
  noSuchOutputHint: () => 'この中から選んでください。',
  nestedInputs: (model, takes, given) =>
    `モデル内のモデル「${model}」の入力は ${takes} 個ですが、${given} 個が渡されています。`,
  cyclic: (layer, from) => `層「${layer}」が「${from}」を経て自分の出力を必要としています。`,
  readsUnknown: (layer, from) => `${layer} が「${from}」を入力としていますが、ありません。`,
  outputOfModel: () => 'モデルの出力',
  noOutput: (model) => `モデル ${model} に出力が書かれていません。`,
  noLayerConfig: (layer) => `層 ${layer} にクラスか設定がありません。`,
  layerTooLarge: (layer, shape) => `層「${layer}」の出力は [${shape}] で、ブラウザーには大きすぎます。`,
  imageTooLarge: (size) => `モデルの入力画像は ${size} 個の値で、ブラウザーには大きすぎます。`,
  tooMuchWork: (work) => `モデルは画像 1 枚に ${work} × 10 億回の積を計算するため、ブラウザーには重すぎます。`,
  weightFileTwice: (file) => `重みファイル ${file} が 2 回書かれています。`,
  tensorsOverlap: (tensor) => `テンソル「${tensor}」はほかのテンソルと同じバイトを使っています。`,
  constantsTooLarge: () => '全重みより大きい定数を計算します',
  tooManyLayers: (most) => `モデルの層が ${most} 個を超えています。`,
  notAReference: (what) => `層の入力が理解できません：${what}。`,
  callArgument: (layer, argument) => `層「${layer}」の引数 ${argument} は層の出力ではありません。`,
  callArgumentHint: () => 'そのような定数や切り替えは層にして、モデルを書き出し直してください。',
  calledInTraining: (layer, kind) =>
    `層「${layer}」（${kind}）が training=True で呼ばれているため、画像ごとにバッチの統計量を使うか、値を落とすことになります。`,
  calledInTrainingHint: () => 'training=True なしで呼び、モデルを書き出し直してください。',
  runtimeFails: (runtime, reason) =>
    `${runtime} ではこのファイルを実行できないため、結果を比べられませんでした（${reason}）。`,
  differsFromRuntime: (runtime, difference) => `${runtime} の結果がこのページの結果と違います（差 ${difference}）。`,
  differsAtLayer: (layer, runtime, difference) =>
    `${runtime} の結果がこのページの結果と違います（差 ${difference}）。最初に違う層は「${layer}」です。`,
  notTheSameSize: () => '大きさが違う',
  differsHint: () =>
    'このネットワークは使いません。モデルのファイル（model.json または .onnx）を添えてお知らせください。',

  onnxDamaged: (file) => `${file} は ONNX ファイルではないか、途中で切れています。`,
  noOnnxGraph: (file) => `${file} に演算のグラフがありません。`,
  onnxFunctions: () => 'ファイル独自の関数は読めません。',
  onnxFunctionsHint: () => '先に onnx.inliner.inline_local_functions(model) で展開してください。',
  onnxSparse: () => '疎な重みは読めません。',
  onnxDataHint: (file) => `${file} を .onnx ファイルと一緒に選んでください。`,
  tensorBytes: (weight, shape, has) =>
    `重み「${weight}」の形状 [${shape}] とデータ（${has} バイトまたは個）が合いません。`,
  tensorOutside: (weight, file) => `重み「${weight}」が ${file} の外にあります。途中で切れています。`,
  onnxSupported: () =>
    '使える演算は Conv、BatchNormalization、Gemm、MatMul、Relu、Clip、数との Min と Max、傾きが 1 つの PRelu、LeakyRelu、Sigmoid、HardSigmoid、HardSwish、Softmax、最後の LogSoftmax、Add、Sub、Mul、Div、Sum、Concat、MaxPool、AveragePool、Global プーリング、画素についての ReduceMean、Pad、Flatten、Reshape、Transpose、Squeeze、Unsqueeze です。この演算をこれらで置き換えて書き出し直してください。',
  noBatchNormOnnx: (file) =>
    `${file} に BatchNormalization がありません。書き出すときに畳み込みに統合されたか、元からなかったかです。FDDA は BatchNorm 統計量を使います。`,
  noBatchNormOnnxHint: () =>
    'BatchNorm を残して書き出してください：torch.onnx.export(model.eval(), images, FILE, training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)、または dynamo=True, optimize=False。',
  inputSize: (input, shape) => `入力「${input}」の形状 [${shape}] は固定の大きさの画像ではありません。`,
  readsUnknownValue: (value) => `入力「${value}」はどの層の出力でもありません`,
  weightNotConstant: (value) => `重み「${value}」が定数ではありません`,
  inTrainingMode: () => '学習モードで書き出され、バッチの統計量を使います',
  quantizedAlready: () => 'すでに量子化されています。元のネットワークを選んでください',
  constantNotFinite: () => '定数が有限の数ではありません',
  reshapesBatch: (to, from) => `[${from}] の画像を [${to}] にし、画像をまたいでいます`,

  safetensorsHint: () => '重みを safetensors で保存してください。それ以外は読みません。',
  typesRead: (types) => `読める型：${types}。`,
  tensorNeedsBytes: (tensor, shape, needs, has) =>
    `形状 [${shape}] のテンソル「${tensor}」には ${needs} バイト必要ですが、${has} バイトです。`,
  tensorOutsideFile: (tensor) => `テンソル「${tensor}」がファイルの外にあります。途中で切れているか、壊れています。`,
  safetensorsShort: () => 'safetensors としては短すぎるファイルです。',
  safetensorsCut: () => 'safetensors ファイルではないか、ヘッダーの途中で切れています。',
  safetensorsNotJson: () => 'safetensors のヘッダーが JSON ではありません。',
  safetensorsNoTensors: () => 'safetensors のヘッダーにテンソルがありません。',
  safetensorsUndescribed: (tensor) => `safetensors のヘッダーにテンソル「${tensor}」の説明がありません。`,
  architecturesHint: () =>
    '重みの名前から分かるのは ResNet-18、-34、-50、CIFAR の ResNet-20、-32、-56、MobileNetV1、MobileNetV2、RegNetX（timm と torchvision の名前）です。その他のネットワークは BatchNorm を残して ONNX に書き出してください。',
  unknownArchitecture: (file) => `${file} の重みは、ここで知られているネットワークのものではありません。`,
  tensorMissing: (tensor) => `重みにテンソル「${tensor}」がありません。`,
  tensorAxes: (tensor, shape, axes) => `テンソル「${tensor}」の形状は [${shape}] で、軸が ${axes} 個ではありません。`,
  tensorLeftOver: (network, tensor) =>
    `重みは ${network} に似ていますが、それに「${tensor}」はありません。別のネットワークです。`,
  stagesOther: (found, expected) => `段またはブロックが ${found} 個あり、このネットワークの ${expected} 個と違います。`,
  assumedImagenet: () =>
    '学習に使った画素値の範囲が書かれていないため、ImageNet の平均と標準偏差を仮定します。違っていると精度が低くなります。その場合は平均と標準偏差を指定してください。',
  cropShareOther: (value) =>
    `設定ファイルの crop_pct が ${value} で、辺の割合になっていません。画像は通常の方法で縮小します。`,
  cropModeOther: (value) =>
    `設定ファイルは crop_mode「${value}」を求めていますが、縦横比を変えずに画像の中央を切り出します。`,
  interpolationOther: (value) => `設定ファイルは補間「${value}」を求めていますが、bicubic で画像を縮小します。`,
  assumedImageSize: (height, width) => `画像の大きさが書かれていないため、${height}x${width} と仮定します。`,

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
  groupsDoNotDivide: (layer, channels, groups) =>
    `層「${layer}」：${channels} チャンネルは ${groups} グループに分けられません。`,
  multipliesShapes: (layer, shapes) => `層「${layer}」が形状の異なるテンソルを掛けています：${shapes}。`,
  joinsShapes: (layer, shapes) => `層「${layer}」が形状の異なるテンソルをつないでいます：${shapes}。`,
  constantsForChannels: (layer, values, channels) =>
    `層「${layer}」の定数は ${values} 個ですが、チャンネルは ${channels} 個です。`,
  reshapesSize: (layer, from, to) => `層「${layer}」が [${from}] を [${to}] にしています。`,
  transposesAxes: (layer, shape, order) => `層「${layer}」が [${shape}] の軸を [${order}] の順にしています。`,
  layerChannels: (layer, takes, given) =>
    `層「${layer}」の入力は ${takes} チャンネルのはずですが、${given} チャンネルが渡されています。`,
  addsShapes: (layer, shapes) => `層「${layer}」が形状の異なるテンソルを足しています：${shapes}。`,
  layerFeatures: (layer, takes, shape) =>
    `層「${layer}」の入力は ${takes} 個の特徴量のはずですが、[${shape}] が渡されています。`,
};
