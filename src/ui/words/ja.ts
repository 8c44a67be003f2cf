import type { ArmId } from '../../engine/methods/arms';
import type { RunPhase } from '../../engine/runReport';
import type { SettingNote } from '../../state/settings';
import { valueText } from '../../state/settings';
import { jaArgument } from './jaArgument';
import { jaArms, jaStage } from './jaArms';
import { jaArticle } from './jaArticle';
import { jaCompare } from './jaCompare';
import { jaLessons, jaTour } from './jaLessons';
import { jaPaired } from './jaPaired';
import { jaQuality } from './jaQuality';
import { jaFaults } from './jaFaults';
import { jaHub } from './jaHub';
import { jaClasses } from './jaClasses';
import { jaOwn } from './jaOwn';
import { jaRecorded } from './jaRecorded';
import { jaSentences } from './jaSentences';
import { jaSettings } from './jaSettings';
import { jaShare } from './jaShare';
import { jaViews } from './jaViews';
import { jaWorkbench } from './jaWorkbench';
import type { Words } from './words';

const phaseWords = {
  prepare: '準備しています',
  ptq: '学習の前に、元のネットワークと量子化したネットワークの正解率を測っています',
  done: '終了しました',
};

function stageWords(phase: RunPhase, arm: ArmId | null): string {
  if (phase === 'generator' || phase === 'student') return jaStage[phase](arm ?? 'custom');
  return phaseWords[phase];
}

const phaseNames: Record<RunPhase, string> = {
  prepare: '準備',
  ptq: '量子化',
  generator: '生成器',
  student: '生徒',
  done: '終了',
};

const placeName = (phase: RunPhase, arm: ArmId | null): string =>
  arm === null ? phaseNames[phase] : `${phaseNames[phase]}（${jaArms.names[arm]}）`;

function settingNote(note: SettingNote): string {
  switch (note.kind) {
    case 'unknown':
      return `「${note.key}」という設定はないため、無視しました。`;
    case 'invalid':
      return `「${note.key}」を「${note.given}」にはできません。${valueText(note.used)} を使います。`;
    case 'clamped':
      return `「${note.key}」を ${note.given} にはできません。最も近い値 ${valueText(note.used)} を使います。`;
    case 'rounded':
      return `「${note.key}」は整数です。${note.given} を ${valueText(note.used)} に丸めました。`;
  }
}

/** Every word of the page in Japanese. Parts of it are in files of their own for their length. */
export const ja: Words = {
  title: 'FDDA プレイグラウンド',
  tagline: 'ネットワークを数ビットに量子化し、その統計量から作った画像で修復します。',
  howItWorks: '手法の解説',
  article: jaArticle,
  argument: jaArgument,
  arms: jaArms,
  compare: jaCompare,
  lessons: jaLessons,
  paired: jaPaired,
  quality: jaQuality,
  share: jaShare,
  tour: jaTour,
  workbench: jaWorkbench,
  missingPart: 'この部分を読み込めませんでした。接続を確かめて、もう一度お試しください。',
  tryAgain: 'もう一度試す',
  sentences: jaSentences,

  units: {
    percent: (value) => `${value}%`,
    milliseconds: (value) => `${value} ミリ秒`,
    seconds: (value) => `${value} 秒`,
    minutes: (minutes, seconds) => (seconds === '0' ? `${minutes} 分` : `${minutes} 分 ${seconds} 秒`),
    hours: (hours, minutes) => `${hours} 時間 ${minutes} 分`,
    large: [
      { from: 1e8, name: (value) => `${value} 億` },
      { from: 1e4, name: (value) => `${value} 万` },
    ],
  },

  comma: '、',

  header: {
    language: {
      label: '言語',
      missing: (name) => `${name} を読み込めませんでした。接続を確かめて、もう一度選んでください。`,
    },
    theme: { label: '配色', light: 'ライト', dark: 'ダーク', auto: 'システムに合わせる' },
  },

  backend: {
    label: (name, speed) => `バックエンド：${name}${speed && `、${speed}`}`,
    starting: 'エンジンを起動中',
    choose: '計算に使うもの。実行していない間に、より速いものを試します。変更すると、実行は最初からになります。',
    perStep: (seconds) => `1 ステップ ${seconds}`,
    probe: (seconds) => `小さな試験で ${seconds}`,
    names: { webgpu: 'WebGPU', webgl: 'WebGL', wasm: 'WebAssembly', cpu: '通常の JavaScript' },
    unavailable: 'ここでは動きません',
    inUse: '使用中',
    faster: (name) => `ここでは ${name} のほうが高速です。次の実行から使います。`,
  },

  transport: {
    region: '実行',
    play: '再生',
    pause: '一時停止',
    step: 'ステップ',
    reset: 'リセット',
    hints: {
      play: 'ここから最後まで手法を実行します',
      pause: '現在のステップが終わったら止めます。「再生」で続きから再開します',
      step: '1 ステップだけ進めて止めます',
      reset: '現在の設定で最初からやり直します。シードが同じなら同じ結果になります',
    },
    progress: '実行全体の進み具合',
    remaining: (time) => `残り約 ${time}`,
    elapsed: (time) => `所要時間 ${time}`,
    stepOf: (step, steps) => `ステップ ${step} / ${steps}`,
    applies: (count) => `変更した ${count} 件の設定はリセット後に反映されます`,
    resetToApply: 'リセットして反映',
  },

  status: {
    starting: 'エンジンを起動しています',
    ready: '準備ができました。「再生」を押してください。',
    checking: 'ネットワークの正解が十分かどうかを調べています',
    queued: 'エンジンの準備ができしだい始めます',
    running: stageWords,
    movingImages: jaStage.movingImages,
    paused: (phase, arm) => `一時停止中：${placeName(phase, arm)}`,
    finished: (rows) => `終了しました。正解率：${rows}。`,
    failed: '問題が起きたため停止しました',
    dead: 'エンジンが停止しました',
    silent: 'エンジンからしばらく応答がありません。長いステップの途中かもしれません',
  },

  timeline: {
    label: 'タイムライン',
    live: 'ライブ',
    backToLive: 'ライブに戻る',
    nothing: '実行が進むと記録されます',
    at: (phase, arm, step, elapsed) => `${placeName(phase, arm)}、ステップ ${step}、開始から ${elapsed}`,
  },

  trouble: {
    file: {
      message: 'ファイルを読めませんでした。',
      hint: 'ファイルがまだあるか、開く権限があるかを確かめてください。読み込み済みのネットワークはそのままです。',
    },
    titles: {
      network: 'このネットワークは使えません',
      images: 'この画像は使えません',
      session: 'このセッションは開けません',
      download: 'ダウンロードできませんでした',
      mismatch: 'ネットワークと画像がまだ合いません',
      notFinite: '損失か重みが数値でなくなりました',
      collapsed: '学習が崩れました',
      deviceLost: 'グラフィックスデバイスが失われました',
      outOfMemory: 'メモリー不足です',
      backend: 'このバックエンドは動きません',
      settings: 'この設定は使えません',
      internal: '問題が起きました',
    },
    where: (term, step) => `項：${term}。ステップ：${step}。`,
    restore: (step) => `ステップ ${step} のスナップショットに戻る`,
    restoreUnknown: '最後のスナップショットに戻る',
    restart: 'エンジンを再起動',
    dismiss: '閉じる',
  },

  link: {
    title: 'リンクの一部をそのままでは使えませんでした',
    note(note) {
      switch (note.kind) {
        case 'backend':
          return `「${note.key}」の「${note.given}」はバックエンドではないため、無視しました。`;
        case 'language':
          return `このページは「${note.given}」に対応していないため、「${note.key}」を無視しました。`;
        default:
          return settingNote(note);
      }
    },
  },

  faults: jaFaults,
  ...jaRecorded,
  ...jaHub,
  ...jaOwn,
  ...jaClasses,

  controls: {
    region: '設定',
    show: '設定を表示',
    hide: '設定を隠す',
    method: '手法',
    methodHelp:
      '手法の違いは損失項の選び方だけで、ほかはすべて同じです。FDDA は 5 つすべてを使います。1 つ選んで「再生」か「リセット」を押し、正解率を比べてみてください。',
    setup: '設定全体',
    setupHelp: [
      'インタラクティブ：このページの初期設定です。活性値の範囲、ステップ数、生徒の学習率は、1 回の実行が 1 分以内に終わるように、付属ネットワークでの探索で選びました。',
      '論文どおり：著者らのプログラムの値をすべて使います。生成器の 80,000 ステップと生徒の 70,000 ステップは、ここでは何時間もかかります（2 コア、GPU なしで約 7 時間）。眺める、変えてみる、時間のある人が試すためのものです。',
      'それでもこのページには違いがあります。プログラムは 50 エポック目から生成器と生徒を一緒に学習しますが、ここでは生成器の学習を終えてから生徒を始めます。画像ごとに別々に切り抜きます（プログラムでは合成バッチ全体で 1 つの切り抜きを共有します）。最良ではなく最後の正解率を示します。活性値の範囲は、未学習の生成器の 50 バッチで平均します（プログラムでは最初の 4 エポック）。ネットワークと画像は小さく、学習率 0.000001 は ImageNet のために選ばれた値です。',
    ],
    custom: '独自の組み合わせ',
    weight: '重み',
    valueNow: '現在値',
    valueHelp: '最新のステップでの値（重みを掛ける前）',
    off: 'オフ',
    waits: 'リセット後に反映',
    idle: '現在の設定では効果がありません',
    live: 'すぐに反映',
    range: (min, max) => `範囲：${min}〜${max}。`,
    atDefault: (value) => `既定値：${value}。`,
    help: (label) => `ヘルプ：${label}`,
    on: 'オン',
    nothing: 'なし',
    clearList: (count) => `${count} 件を消去`,
    stop: '。',
    network: 'ネットワーク',
    openNetwork: 'ネットワークを開く…',
    openNetworkHelp:
      '1 つのネットワークのファイルをすべて一緒に選んでください：TensorFlow.js の layers モデル（model.json と重みファイル）、ONNX、または ResNet、MobileNetV1、MobileNetV2、RegNetX の PyTorch の重み（.safetensors、あれば config.json も）。手法が統計量を読むため、BatchNorm 層が必要です。計算結果はファイル本来の実行環境と比べます。付属の画像は 32×32 ピクセルのカラー画像 10 クラスです。ほかのネットワークには自分の画像を開いてください。',
    bundledNetwork: '付属のネットワークに戻す',
    facts: (layers, parameters, macs) =>
      `BatchNorm 層 ${layers}、パラメーター ${parameters}、画像あたりの積和演算 ${macs}`,
  },
  groups: {
    data: 'データ',
    generator: '生成器',
    terms: '損失項',
    quantizer: '量子化器',
    student: '生徒',
    comparison: '比較',
  },
  termDetails: '損失項の詳細',
  settings: jaSettings,

  classes: {
    circle: '円',
    ring: 'リング',
    square: '正方形',
    triangle: '三角形',
    star: '星',
    cross: '十字',
    crescent: '三日月',
    heart: 'ハート',
    hexagon: '六角形',
    arrow: '矢印',
  },
  unnamedClass: (index) => `クラス ${index}`,

  setups: {
    interactive: { name: 'インタラクティブ', help: 'このページの初期設定：およそ 1 分' },
    paper: { name: '論文どおり', help: '著者らのプログラムの値をすべて使います：何時間もかかります' },
  },

  presets: {
    ptq: { name: 'PTQ のみ', help: '量子化するだけで、学習はしません。' },
    calibration: {
      name: '校正画像のみ',
      help: '合成画像を使わず、少数の実画像だけで量子化したネットワークを学習します。',
    },
    zeroShot: {
      name: 'ゼロショット風',
      help: 'CE と BNS だけを使います。教師に認識され、全体の統計量に合う合成画像です。クラスごとの統計量は見ません。',
    },
    centralized: { name: '＋中心項', help: 'さらに、各クラスをその中心へ引き寄せます。' },
    distorted: {
      name: '＋揺らし項',
      help: 'さらに、各クラスをノイズ付きの中心へ引き寄せ、ある程度の散らばりを保ちます。',
    },
    fdda: { name: 'FDDA', help: '論文の 5 つの項すべてを使います。' },
    fddaPlus: {
      name: 'FDDA+',
      help: '論文にはない拡張で、各クラスが実際に自分の中心へ届くようにします。毎ステップ複数のクラスを使い、距離をチャンネルごとの尺度で測り、ノイズを実画像のばらつきに合わせ、自分の中心とほかの中心を対比させ、最後のステップでは画像そのものを動かし、信頼できないクラスも除外しません。クラスごとの実画像が 3 枚を超えるときは、生徒のステップで使う合成画像を減らします。',
    },
  },

  terms: {
    ceMixed: {
      name: '正しいクラス（混合）',
      short: 'CE 混合',
      help: '混合バッチのどの画像についても、作ろうとしたクラスが教師に見えるようにします（交差エントロピー、CE）。0 は完全な確信です。この項がないと、統計量はすべて合っていても何も写っていない画像ができることがあります。',
    },
    bns: {
      name: '全体の統計量',
      short: 'BNS',
      help: '各 BatchNorm 層は、学習中に見たものの平均と分散を覚えています。この項は、それと混合バッチ自身の統計量との二乗距離を全層で平均したものです。CE と合わせると、ゼロショット手法が使う損失になります。',
    },
    distorted: {
      name: '揺らした中心',
      short: 'D',
      help: '単一クラスのバッチを、ステップごとに新しいノイズでずらしたクラス中心へ引き寄せます。実画像も散らばっているので、クラスが 1 点に縮まなくて済むようにします。ノイズ自体のぶん、値は必ず残ります（既定では 0.25 + 1.00）。この下限は学習の失敗ではないので、グラフには下限を引いた D も示します。',
    },
    ceSingle: {
      name: '正しいクラス（単一）',
      short: 'CE 単一',
      help: '1 クラスだけのバッチについての同じ損失です。中心に関する 2 つの項が見るのも、このバッチです。',
    },
    centralized: {
      name: 'クラス中心',
      short: 'C',
      help: '単一クラスのバッチの統計量を、そのクラスの中心、つまり深い層での校正画像の統計量へ引き寄せます。D も同じ場所へ引くため、重みは小さくしてあります。',
    },
    contrast: {
      name: '中心の対比',
      short: 'K',
      help: '論文にはない項です。単一クラスのバッチの統計量がどのクラスの中心に最も近いかを問い、確かに自分の中心になるまで引き寄せます。自分の中心に近くても、ほかの中心がもっと近ければ足りないからです。0 は完全な確信です。',
    },
  },

  views: jaViews,
};
