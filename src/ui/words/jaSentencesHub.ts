import type { HUB_SENTENCES } from '../../engine/sentencesHub';

/** What is said of downloads, in Japanese. */
export const jaHubSentences: typeof HUB_SENTENCES = {
  hubUnreachable: (server) => `${server} から応答がありません。`,
  hubOfflineHint: () =>
    'ネットワークに接続されていません。読み込み済みのものはそのまま残ります。後でもう一度試してください。',
  hubUnreachableHint: (server) =>
    `接続できないか、ほかのアドレスのページがファイルを読むことを許していません（CORS）。後者を変えられるのは ${server} だけです。別のタブでファイルをダウンロードし、ここで開いてください。読み込み済みのものはそのまま残ります。`,
  hubInterrupted: (file) => `${file} のダウンロードが中断し、何度試しても続きを読めませんでした。`,
  hubInterruptedHint: () => '接続を確かめて、もう一度試してください。読み込み済みのものはそのまま残ります。',
  hubBusy: (server, status) => `${server} は何度試しても応答できません（状態 ${status}）。`,
  hubBusyHint: () => '数分後にもう一度試してください。読み込み済みのものはそのまま残ります。',
  hubNotFound: (server, file) => `${server} に「${file}」はないか、公開されていません。`,
  hubNotFoundHint: () =>
    '名前またはアドレスを確かめてください。大文字と小文字は区別されます。読み込み済みのものはそのまま残ります。',
  hubGated: (file) => `「${file}」は、利用条件に同意した人だけが使えます。`,
  hubForbidden: (server, file) => `${server} はログインなしでは「${file}」を渡しません。`,
  hubGatedHint: () =>
    'このページはどこにもログインしません。別のタブでログインしてファイルをダウンロードし、ここで開いてください。',
  hubStatus: (server, status, file) => `${server} は「${file}」に状態 ${status} で応答しました。`,
  hubPage: (file) => `「${file}」はファイルではなくウェブページです。`,
  hubPageHint: () =>
    'ファイルそのもののアドレスを使ってください。GitHub や Hugging Face では「Download」ボタンのアドレスです。',
  hubTooLarge: (file, has, most) =>
    `「${file}」は ${has} メガバイト あります。読み込めるのは ${most} メガバイト までです。`,
  hubTooLargeHint: () => 'もっと小さいネットワークを選んでください。',
  hubEmpty: (file) => `「${file}」は空です。`,
  hubSize: (file, got, size) => `「${file}」は ${size} バイトのはずですが、${got} バイト以上あります。`,
  hubSum: (file) => `「${file}」はハブの一覧にあるファイルと違います。チェックサム（SHA-256）が一致しません。`,
  hubLies: (server, file) => `${server} は「${file}」の、求めたものと違う部分を送ってきます。`,
  hubLiesHint: () => 'もう一度試してください。また起きるなら、途中の何かがファイルを書き換えています。',
  hubNoRanges: (server) => `${server} はファイル全体しか渡しません。`,
  hubNoRangesHint: () => '別のタブで parquet ファイルをダウンロードし、ここで開いてください。',
  hubListing: (name) => `「${name}」についての応答を、このページは理解できません。`,

  hubBadName: (name) => `「${name}」はアドレスでもハブの名前でもありません。`,
  hubBadNameHint: () =>
    'ハブの名前は timm/resnet18.a1_in1k のように「所有者/名前」の形です。アドレスは https:// で始まります。',
  hubNotSecure: (address) => `${address} は暗号化されていないため、このようなページからは読めません。`,
  hubNotSecureHint: () => 'https:// で始まるアドレスを使ってください。',
  hubNoNetwork: (name, files) => `「${name}」には開けるネットワークがありません。ファイルは ${files} です。`,
  hubDatasetGiven: (name) => `「${name}」はネットワークではなくデータセットです。`,
  hubDatasetGivenHint: () => '画像の欄に入力してください。',
  hubUnknownFile: (file) => `「${file}」は開けるネットワークのファイルではありません。`,
  hubNoConfiguration: () => '重みのそばに config.json がありません。',

  hubNoTables: (name) => `データセット「${name}」に parquet の表がありません。`,
  hubNoLabels: (name) => `「${name}」の表にラベルがありません。`,
  hubNoTablesHint: () =>
    'ハブは画像のデータセットの多くから、しばらくして表を作ります。別のデータセットを選ぶか、ダウンロードしてここで開いてください。',
  hubNoSuchPart: (part, parts) => `データセットに「${part}」はありません。あるのは ${parts} です。`,
  hubNoSuchPartHint: () => 'この中から選んでください。',
  hubSeveralParts: (parts, used) => `データセットには複数の版（${parts}）があり、${used} を使います。`,
  hubSplits: (calibration, test) => `校正用の画像は「${calibration}」から、テスト用の画像は「${test}」から取りました。`,
  hubOneSplit: (split) =>
    `ラベルのある部分は「${split}」だけです。画像はすべてそこから取り、各クラスの半分をテストに使います。`,
  hubFewer: (name, has, wanted) => `クラス「${name}」の画像は ${wanted} 枚ではなく ${has} 枚しかありません。`,
  hubUnlabelled: (count) => `ラベルのない ${count} 行を除きました。`,
  hubNotKept: () =>
    'ダウンロードしたものを保存する空きがこのブラウザーにありません。今回はそのまま使い、次回はもう一度ダウンロードします。',
  outputsNotThere: (network, output) =>
    `画像は ImageNet の一部のクラスですが、${network} には選ぶべき出力 ${output} がありません。`,
  outputsNotThereHint: () => 'ImageNet の 1000 クラスか、これらのクラスで学習したネットワークを開いてください。',
  pendingImagenetHint: (classes) =>
    `次に、その ${classes} クラスの画像か、ImageNet の 10 クラスを含む Hugging Face の Imagenette を開いてください。後者ではその 10 個の出力を使います。それまでは今のネットワークで続けます。`,
  outputsSelected: (all, used) =>
    `ネットワークの ${all} 個の出力のうち、これらのクラスの ${used} 個を使います。画像がそのどれかを答えます。`,
  hubReadingTables: () => '画像のある場所を調べています',
  hubReadingPictures: () => '画像をダウンロードしています',
  hubReadingNetwork: (name) => `${name} をダウンロードしています`,
};
