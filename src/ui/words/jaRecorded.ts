import type { FieldFault } from '../../state/recording/checks';
import type { Words } from './words';

const faults: Record<FieldFault, string> = {
  missing: 'がありません',
  type: 'の型が違います',
  range: 'の値が許される範囲にありません',
  length: 'の長さが違います',
  packed: 'を展開できません',
  contradiction: 'がファイルのほかの部分と矛盾しています',
};

/** Recorded runs in Japanese. */
export const jaRecorded: Pick<Words, 'recorded' | 'replay' | 'takeAway' | 'recordingTrouble'> = {
  recorded: {
    region: '記録された実行',
    badge: '記録された実行',
    shipped: (network, dataset, backend, seed) =>
      `今ここで計算したものではありません。${dataset} での ${network}、シード ${seed} を、このプログラムで前もって ${backend} で実行した記録です。「再生」を押すと、ここで実行します。`,
    elsewhere: (network, dataset, backend, seed) =>
      `今ここで計算したものではありません。${dataset} での ${network}、シード ${seed} を、このプログラムで前もって ${backend} で実行した記録です。ここで実行するには、そのネットワークと画像を「データ」で開いてください。`,
    withheld: '写真そのものは記録に含まれません。写真から計算した値は含まれます。',
    photographs: '写真での実行を見る',
    file: (name, network, date, backend, seed) =>
      `ファイル ${name} の記録です。${network}、シード ${seed}、${backend} で実行、${date} に保存。`,
    unfinished: '最後まで終わる前に保存されました。',
    versions: (playground, tfjs) => `Playground ${playground}、TensorFlow.js ${tfjs}`,
    differs: (list) => `現在の設定と違う点：${list}。`,
    difference: (label, recorded, yours) => `${label} ${recorded}（現在 ${yours}）`,
    more: (count) => `ほか ${count} 件`,
    back: '自分の実行に戻る',
    end: '最後',
    backToEnd: '記録の最後へ',
    agreement: {
      same: '記録と同じ',
      alike: 'わかる範囲で記録と同じ（記録にハッシュがありません）',
      loss: {
        generator: (arm, step) => `記録と違います。最初の違いは生成器のステップ ${step}（${arm}）です。`,
        student: (arm, step) => `記録と違います。最初の違いは生徒のステップ ${step}（${arm}）です。`,
      },
      end: (arm) => `記録と違います。記録された損失は同じですが、学習後の生徒が違います（${arm}）。`,
    },
    onlyPca: 'ほかの図法には自分の実行が必要です。「再生」を押してください',
  },
  replay: {
    play: 'タイムラインを動かす',
    pause: '動きを止める',
    next: '次の時点',
  },
  takeAway: {
    label: '持ち帰る',
    save: 'この実行を保存',
    saveHint: '設定、シード、バージョン、画像、損失、正解率を 1 つの JSON ファイルにします。ここでまた開けます。',
    open: '実行を開く…',
    openHint: 'ここで保存したファイルです。自分の実行は失われません。',
    photographs: '写真での記録された実行',
    photographsHint: 'CIFAR-10 と ResNet-20、すべての方法。ページに付属しています。',
    saveSession: 'セッションを保存',
    saveSessionHint: 'ネットワーク、画像、設定、結果とこの実行を 1 つのファイルにします。接続がなくても開けます。',
    openSession: 'セッションを開く…',
    openSessionHint: '今のネットワーク、画像、設定と入れ替わります。',
    nothing: '保存するものがまだありません',
  },
  recordingTrouble: {
    title: (name) => `${name || 'このファイル'} は記録された実行として開けません`,
    hint: 'ページは何も変わっていません。「この実行を保存」で作ったファイルを選んでください。',
    sessionTitle: (name) => `${name || 'このファイル'} はセッションとして開けません`,
    sessionHint: 'ページは何も変わっていません。「セッションを保存」で作ったファイルを選んでください。',
    problem(problem) {
      switch (problem.kind) {
        case 'unreadable':
          return `ブラウザーが読み込めませんでした（${problem.detail}）。ファイルがまだあるか、開く権限があるかを確かめてください。`;
        case 'notLoaded':
          return 'ページに付属していますが、取得できませんでした。接続のあるときにもう一度お試しください。';
        case 'tooLarge':
          return `大きさが ${Math.ceil(problem.bytes / 2 ** 20)} MB あります。記録された実行は最大 ${Math.floor(problem.most / 2 ** 20)} MB です。`;
        case 'empty':
          return 'ファイルが空です。';
        case 'notJson':
          return 'JSON ではありません。';
        case 'truncated':
          return '途中で切れています。もう一度コピーまたはダウンロードしてください。';
        case 'foreign':
          return 'JSON ですが、このプレイグラウンドの実行ではありません。';
        case 'version':
          return `形式のバージョンは ${problem.found} ですが、このページが読めるのはバージョン ${problem.known} です。新しいページなら読めるかもしれません。`;
        case 'field':
          return `項目「${problem.path}」${faults[problem.fault]}。保存後に変更されたか、壊れています。`;
      }
    },
  },
};
