/**
 * MobileNetV1 by timm's names, MobileNetV2 by timm's and torchvision's. Widths and depths are in the shapes; strides are
 * the papers', since no tensor tells them.
 */
import { say } from '../../sentences';
import { NetworkError } from '../networkError';
import type { Architecture } from './architecture';
import type { StateDict } from './stateDict';

/** Of the first block of each stage. */
const V1_STRIDES = [1, 2, 2, 2, 2];
const V2_STRIDES = [1, 2, 2, 2, 1, 2, 1];
/** Of torchvision's blocks one after the other: stages of 1, 2, 3, 4, 3, 3 and 1 blocks. */
const V2_BLOCK_STRIDES = [1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1];

const outOf = (dict: StateDict, conv: string) => dict.shape(`${conv}.weight`, 4)[0];

/** Convolution, BatchNorm, ReLU6. */
function activated(dict: StateDict, conv: string, norm: string, from: string, channels: number, stride = 1): string {
  const normed = dict.batchNorm(norm, dict.conv(conv, from, channels, stride));
  return dict.activation('relu6', `${conv}.relu6`, normed);
}

/** The names of an inverted residual's three (or, without expansion, two) convolutions and their BatchNorm layers. */
interface Names {
  block: string;
  expand: [conv: string, norm: string] | null;
  depthwise: [conv: string, norm: string];
  project: [conv: string, norm: string];
}

/** Expansion, depthwise, linear projection; with the input added where nothing changes its size. */
function inverted(dict: StateDict, names: Names, x: string, channels: number, stride: number): [string, number] {
  let [y, from] = [x, channels];
  if (names.expand) {
    y = activated(dict, ...names.expand, y, from);
    from = outOf(dict, names.expand[0]);
  }
  y = activated(dict, ...names.depthwise, y, from, stride);
  const [conv, norm] = names.project;
  y = dict.batchNorm(norm, dict.conv(conv, y, from));
  const out = outOf(dict, conv);
  if (stride === 1 && out === channels) y = dict.add({ op: 'add', name: `${names.block}.add`, inputs: [x, y] });
  return [y, out];
}

const timmStem = (dict: StateDict) =>
  dict.has('conv_stem.weight') && dict.has('blocks.0.0.conv_dw.weight') && dict.has('bn1.running_mean');

function stages(dict: StateDict, strides: number[]): number[] {
  const counts = strides.map((_, stage) => dict.count((block) => `blocks.${stage}.${block}.`));
  const found = dict.count((stage) => `blocks.${stage}.`);
  if (found !== strides.length)
    throw new NetworkError(say('stagesOther', found, strides.length), say('architecturesHint'));
  return counts;
}

export const mobilenetV1: Architecture = {
  name: 'MobileNetV1',
  recognises: (dict) =>
    timmStem(dict) && dict.has('blocks.1.0.conv_dw.weight') && !dict.has('blocks.1.0.conv_pwl.weight'),
  build(dict) {
    const [width, channels] = dict.shape('conv_stem.weight', 4);
    let x = activated(dict, 'conv_stem', 'bn1', 'image', channels, 2);
    let from = width;
    stages(dict, V1_STRIDES).forEach((blocks, stage) => {
      for (let block = 0; block < blocks; block++) {
        const name = `blocks.${stage}.${block}`;
        x = activated(dict, `${name}.conv_dw`, `${name}.bn1`, x, from, block === 0 ? V1_STRIDES[stage] : 1);
        x = activated(dict, `${name}.conv_pw`, `${name}.bn2`, x, from);
        from = outOf(dict, `${name}.conv_pw`);
      }
    });
    if (dict.has('conv_head.weight')) x = activated(dict, 'conv_head', 'bn2', x, from);
    return { name: 'MobileNetV1', classes: dict.classifier('classifier', x), channels, imageSize: 224 };
  },
};

export const mobilenetV2: Architecture = {
  name: 'MobileNetV2',
  recognises: (dict) =>
    dict.has('features.1.conv.0.0.weight') || (timmStem(dict) && dict.has('blocks.1.0.conv_pwl.weight')),
  build: (dict) => (dict.has('conv_stem.weight') ? timmV2(dict) : torchvisionV2(dict)),
};

function timmV2(dict: StateDict) {
  const [width, channels] = dict.shape('conv_stem.weight', 4);
  let x = activated(dict, 'conv_stem', 'bn1', 'image', channels, 2);
  let from = width;
  stages(dict, V2_STRIDES).forEach((blocks, stage) => {
    for (let block = 0; block < blocks; block++) {
      const name = `blocks.${stage}.${block}`;
      const part = (conv: string, norm: number): [string, string] => [`${name}.${conv}`, `${name}.bn${norm}`];
      const expands = dict.has(`${name}.conv_pwl.weight`);
      const names: Names = {
        block: name,
        expand: expands ? part('conv_pw', 1) : null,
        depthwise: part('conv_dw', expands ? 2 : 1),
        project: expands ? part('conv_pwl', 3) : part('conv_pw', 2),
      };
      [x, from] = inverted(dict, names, x, from, block === 0 ? V2_STRIDES[stage] : 1);
    }
  });
  x = activated(dict, 'conv_head', 'bn2', x, from);
  return { name: 'MobileNetV2', classes: dict.classifier('classifier', x), channels, imageSize: 224 };
}

function torchvisionV2(dict: StateDict) {
  const [width, channels] = dict.shape('features.0.0.weight', 4);
  let x = activated(dict, 'features.0.0', 'features.0.1', 'image', channels, 2);
  let from = width;
  const blocks = dict.count((block) => `features.${block + 1}.conv.`);
  if (blocks !== V2_BLOCK_STRIDES.length)
    throw new NetworkError(say('stagesOther', blocks, V2_BLOCK_STRIDES.length), say('architecturesHint'));
  V2_BLOCK_STRIDES.forEach((stride, block) => {
    const name = `features.${block + 1}.conv`;
    const expands = dict.has(`${name}.1.0.weight`);
    const last = expands ? 2 : 1;
    const names: Names = {
      block: `features.${block + 1}`,
      expand: expands ? [`${name}.0.0`, `${name}.0.1`] : null,
      depthwise: [`${name}.${last - 1}.0`, `${name}.${last - 1}.1`],
      project: [`${name}.${last}`, `${name}.${last + 1}`],
    };
    [x, from] = inverted(dict, names, x, from, stride);
  });
  const head = `features.${blocks + 1}`;
  x = activated(dict, `${head}.0`, `${head}.1`, x, from);
  return { name: 'MobileNetV2', classes: dict.classifier('classifier.1', x), channels, imageSize: 224 };
}
