/**
 * Residual networks of He et al. 2016 by torchvision's and timm's names (`layer1.0.conv1`, `downsample`, `fc`), those for
 * CIFAR by their authors' (`shortcut`, `linear`, or no parameters in the shortcut). Depths, widths and groups are in
 * the shapes; a first convolution of 3x3 means small images: no stride, no pooling.
 */
import type { Architecture } from './architecture';
import type { StateDict } from './stateDict';

export const resnet: Architecture = {
  name: 'ResNet',
  recognises: (dict) => dict.has('conv1.weight') && dict.has('bn1.running_mean') && dict.has('layer1.0.conv1.weight'),
  build(dict) {
    const [width, channels, size] = dict.shape('conv1.weight', 4);
    const small = size === 3;
    let x = dict.activation(
      'relu',
      'relu1',
      dict.batchNorm('bn1', dict.conv('conv1', 'image', channels, small ? 1 : 2)),
    );
    if (!small) {
      const padding = { top: 1, bottom: 1, left: 1, right: 1 };
      x = dict.add({ op: 'maxPool', name: 'maxpool', inputs: [x], size: [3, 3], strides: [2, 2], padding });
    }
    let from = width;
    let convolutions = 1;
    const stages = dict.count((stage) => `layer${stage + 1}.`);
    for (let stage = 1; stage <= stages; stage++) {
      const blocks = dict.count((block) => `layer${stage}.${block}.`);
      for (let block = 0; block < blocks; block++) {
        const name = `layer${stage}.${block}`;
        const made = residual(dict, name, x, from, stage > 1 && block === 0 ? 2 : 1);
        [x, from] = [made.output, made.channels];
        convolutions += made.convolutions;
      }
    }
    const head = dict.has('linear.weight') ? 'linear' : 'fc';
    const classes = dict.classifier(head, x);
    return { name: `ResNet-${convolutions + 1}`, classes, channels, imageSize: small ? 32 : 224 };
  },
};

/** A basic block (two 3x3) or a bottleneck (1x1, 3x3, 1x1), the stride in the first 3x3 as in torchvision and timm. */
function residual(dict: StateDict, name: string, x: string, channels: number, stride: number) {
  const bottleneck = dict.has(`${name}.conv3.weight`);
  const last = bottleneck ? 3 : 2;
  let [y, from] = [x, channels];
  for (let i = 1; i <= last; i++) {
    const strided = i === (bottleneck ? 2 : 1) ? stride : 1;
    y = dict.batchNorm(`${name}.bn${i}`, dict.conv(`${name}.conv${i}`, y, from, strided));
    if (i < last) y = dict.activation('relu', `${name}.relu${i}`, y);
    from = dict.shape(`${name}.conv${i}.weight`, 4)[0];
  }
  const projection = ['downsample', 'shortcut'].find((kind) => dict.has(`${name}.${kind}.0.weight`));
  let shortcut = x;
  if (projection) {
    const conv = dict.conv(`${name}.${projection}.0`, x, channels, stride);
    shortcut = dict.batchNorm(`${name}.${projection}.1`, conv);
  } else if (stride !== 1 || from !== channels) {
    const channelsBefore = Math.floor((from - channels) / 2);
    const channelsAfter = from - channels - channelsBefore;
    shortcut = dict.add({
      op: 'shortcutPad',
      name: `${name}.shortcut`,
      inputs: [x],
      stride,
      channelsBefore,
      channelsAfter,
    });
  }
  const sum = dict.add({ op: 'add', name: `${name}.add`, inputs: [y, shortcut] });
  return { output: dict.activation('relu', `${name}.relu${last}`, sum), channels: from, convolutions: last };
}
