/** RegNetX of Radosavovic et al. 2020 by timm's and torchvision's names; all of its sizes are in the shapes. */
import type { Architecture } from './architecture';
import type { StateDict } from './stateDict';

/** How a library calls the parts. */
interface Names {
  stem: [conv: string, norm: string];
  block(stage: number, block: number): string;
  /** Of a block's i-th convolution. */
  part(block: string, index: number): [conv: string, norm: string];
  shortcut(block: string): [conv: string, norm: string];
  classifier: string;
}

const TIMM: Names = {
  stem: ['stem.conv', 'stem.bn'],
  block: (stage, block) => `s${stage}.b${block}`,
  part: (block, i) => [`${block}.conv${i}.conv`, `${block}.conv${i}.bn`],
  shortcut: (block) => [`${block}.downsample.conv`, `${block}.downsample.bn`],
  classifier: 'head.fc',
};
const TORCHVISION: Names = {
  stem: ['stem.0', 'stem.1'],
  block: (stage, block) => `trunk_output.block${stage}.block${stage}-${block - 1}`,
  part: (block, i) => [`${block}.f.${'abc'[i - 1]}.0`, `${block}.f.${'abc'[i - 1]}.1`],
  shortcut: (block) => [`${block}.proj.0`, `${block}.proj.1`],
  classifier: 'fc',
};

const namesOf = (dict: StateDict) =>
  [TIMM, TORCHVISION].find(
    ({ stem, block, part }) => dict.has(`${stem[0]}.weight`) && dict.has(`${part(block(1, 1), 2)[0]}.weight`),
  );

export const regnetX: Architecture = {
  name: 'RegNetX',
  recognises: (dict) => namesOf(dict) !== undefined,
  build(dict) {
    const names = namesOf(dict)!;
    const [width, channels] = dict.shape(`${names.stem[0]}.weight`, 4);
    const convolution = (parts: [string, string], from: string, into: number, stride = 1) =>
      dict.batchNorm(parts[1], dict.conv(parts[0], from, into, stride));
    let x = dict.activation('relu', 'stem.relu', convolution(names.stem, 'image', channels, 2));
    let from = width;
    const stages = dict.count((stage) => `${names.block(stage + 1, 1)}.`);
    for (let stage = 1; stage <= stages; stage++) {
      const blocks = dict.count((block) => `${names.block(stage, block + 1)}.`);
      for (let block = 1; block <= blocks; block++) {
        const name = names.block(stage, block);
        const stride = block === 1 ? 2 : 1;
        let [y, into] = [x, from];
        for (let i = 1; i <= 3; i++) {
          y = convolution(names.part(name, i), y, into, i === 2 ? stride : 1);
          if (i < 3) y = dict.activation('relu', `${name}.relu${i}`, y);
          into = dict.shape(`${names.part(name, i)[0]}.weight`, 4)[0];
        }
        const projected = dict.has(`${names.shortcut(name)[0]}.weight`);
        const shortcut = projected ? convolution(names.shortcut(name), x, from, stride) : x;
        const sum = dict.add({ op: 'add', name: `${name}.add`, inputs: [y, shortcut] });
        x = dict.activation('relu', `${name}.relu`, sum);
        from = into;
      }
    }
    return { name: 'RegNetX', classes: dict.classifier(names.classifier, x), channels, imageSize: 224 };
  },
};
