import type { Words } from './words';

/** Networks and images from Hugging Face and by address, in Japanese. */
export const jaHub: Pick<Words, 'hub'> = {
  hub: {
    title: 'Hugging Face またはアドレスから',
    help: [
      'ここのボタンを押したときにだけ、学習済みのネットワークや、データセットの各クラスの画像を何枚かダウンロードします。ページは huggingface.co か入力したアドレスにこれらのファイルを求めるだけで、ほかには何も送らず、どこにもログインしません。',
      '読み取りも確認も利用も、すべてこのブラウザーの中で行います。Hugging Face からダウンロードしたものはここに保存され、次からはネットワークにつながらなくてもすぐに開きます。',
    ],
    networks: 'ネットワーク',
    networkSource: 'ネットワークの名前またはアドレス',
    networkExample: 'timm/resnet18.a1_in1k、https://…/model.onnx など',
    networkHelp: [
      'Hugging Face の名前か、model.json、.onnx、.safetensors のアドレスを入力します。アドレスのサーバーは、ほかのページに読み取りを許している必要があります。ボタンは、ImageNet で学習した論文の 4 つのネットワークと、CIFAR-10 で学習した 1 つです。',
      'ImageNet のネットワークは 224×224 画素の画像を使い、グラフィックスカードがないと 1 ステップに何秒もかかります。1000 クラスのうち 10 クラスだけの Imagenette なら、手法全体を試せます。',
    ],
    images: '画像',
    imagesSource: '画像データセットの名前',
    imagesExample: 'uoft-cs/cifar10 など',
    imagesHelp: [
      'ラベルの列がある Hugging Face の画像データセットなら何でも使えます。列、部分、クラスの名前は自動で見つけます。表のうち、使う画像のある部分だけを取得します。',
      '校正用の画像は学習用の部分から、テスト用の画像はテスト用か検証用の部分から取ります。',
    ],
    perClass: 'クラスあたりの枚数（テスト用にも同じ枚数）',
    version: '版（空欄なら通常のもの）',
    load: '読み込む',
    sizeOf: (name, megabytes) => `${name}：${megabytes} メガバイト`,
    fetching: (name) => `${name} を取得しています`,
    bytes: (loaded, total) => `${total} メガバイト のうち ${loaded} メガバイト`,
    bytesOnly: (loaded) => `${loaded} メガバイト`,
    stop: 'ダウンロードを中止',
    kept: (megabytes) => `ダウンロードした ${megabytes} メガバイト をこのブラウザーに保存しています。`,
    forget: '削除する',
    linked: {
      title: 'このリンクは別のネットワークや画像のものです',
      network: (name) => `ネットワーク ${name}`,
      images: (name, count) => `${name} の各クラスの画像 ${count} 枚`,
      asks: (what, from) =>
        `${what}を ${from} から取得します。まだ何も取得していません。同意するまでは、付属のものをそのまま使います。`,
      load: '取得して開く',
      stay: 'このまま使う',
    },
  },
};
