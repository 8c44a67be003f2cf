import type { ArmId } from '../../engine/methods/arms';
import type { Words } from './words';

/** Japanese words for the arms of a run. */
export const jaArms: Words['arms'] = {
  names: {
    fullPrecision: '全精度',
    ptq: 'PTQ のみ',
    calibration: '校正画像のみ',
    zeroShot: 'ゼロショット風',
    centralized: '＋中心項',
    distorted: '＋揺らし項',
    fdda: 'FDDA',
    fddaPlus: 'FDDA+',
    custom: '独自の組み合わせ',
  },
  help: '手法を押すと、それが主となる手法になります。下の損失の項はその手法のものになり、グラフはその画像を示します。ほかの手法にチェックを入れると、同じ画像、同じシード、同じ量子化で並べて実行し、正解率を横に並べて比べられます。PTQ のみと全精度は必ず測ります。チェックした手法のぶんだけ時間がかかります。',
  hint: '押すと主となる手法になります。ほかはチェックで並べて実行します。',
  leads: '主',
  beside: '並行',
  always: '必ず測定',
  tick: (name) => `${name}を並べて実行する`,
  untrained: 'PTQ のみでは何も学習しないため、ほかの手法も実行しません。',
  whose: 'どの手法の画像か',
  shares: (name, others) => `${name}（${others}も同じ）`,
  estimate: (time) => `ここでは約 ${time}`,
  estimateHelp:
    'この設定での実行全体にかかる時間の見積もりです。掛け算の回数と、前回の実行または画像を読んだときのここでの速さから求めています。',
  memory: (gigabytes) => `メモリ ${gigabytes} GB`,
  memoryHelp:
    'この設定での実行に必要なメモリーの目安です。重み、勾配のために 1 ステップで保持する値、全クラスの統計量、画像を含みます。バッチを小さくするか生成器の幅を狭くすると減ります。',
  estimateOf: (time) => `この設定での実行には、ここでは約 ${time} かかります。`,
};

export const jaStage = {
  generator: (arm: ArmId) =>
    `${jaArms.names[arm]}の生成器を学習しています：合成画像の統計量が実画像の統計量へ近づきます`,
  movingImages: (arm: ArmId) =>
    `生成器は止めたまま、${jaArms.names[arm]}の画像そのものを実画像の統計量へ近づけています`,
  student: (arm: ArmId) =>
    arm === 'calibration'
      ? '校正画像だけで生徒を学習しています'
      : `校正画像と合成画像で${jaArms.names[arm]}の生徒を学習しています`,
};
