import type { NETWORK_SENTENCES } from '../../engine/sentencesNetwork';

/** What is said of files of networks, and of networks, in Japanese. */
export const jaNetworkSentences: typeof NETWORK_SENTENCES = {
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
