import { beforeAll, describe, expect, it } from 'vitest';
import { networkBlocks, networkUpTo } from '../../../src/engine/network/blocks';
import type { NetworkDefinition, NetworkNode } from '../../../src/engine/network/types';
import { BUNDLED_FOLDER, readNetworkFolder } from '../../../src/headless/files';
import { use } from '../backends';
import { tinyNetwork } from '../training/tiny';

/** A definition of which only names, operations and inputs count: "name operation input ...". */
function graph(...lines: string[]): NetworkDefinition {
  const nodes = lines.map((line) => {
    const [name, op, ...inputs] = line.split(' ');
    return { name, op, inputs } as unknown as NetworkNode;
  });
  return { name: 'graph', inputShape: [8, 8, 3], numClasses: 2, nodes, normalization: { mean: [0], std: [1] } };
}

const shown = (definition: NetworkDefinition) =>
  networkBlocks(definition).map(({ input, nodes }) => `${input} > ${nodes.map(({ name }) => name).join(' ')}`);

/** Whether nothing but a block's input is read from outside, and every node is in one block, in order. */
function expectToCover(definition: NetworkDefinition): void {
  const blocks = networkBlocks(definition);
  expect(blocks.flatMap(({ nodes }) => nodes)).toEqual(definition.nodes.slice(1));
  let before = definition.nodes[0].name;
  for (const { input, output, nodes } of blocks) {
    expect(input).toBe(before);
    expect(output).toBe(nodes.at(-1)!.name);
    const known = new Set([input, ...nodes.map(({ name }) => name)]);
    for (const { inputs } of nodes) for (const name of inputs) expect(known).toContain(name);
    before = output;
  }
}

beforeAll(() => use('cpu'));

describe('the blocks of a network', () => {
  it('are its layers where it is plain, each with its BatchNorm and activation', () => {
    const plain = graph(
      'image input',
      'scaled rescale image',
      'c1 conv2d scaled',
      'b1 batchNorm c1',
      'r1 relu b1',
      'p1 maxPool r1',
      'c2 conv2d p1',
      'r2 relu c2',
      'p2 globalAveragePool r2',
      'd1 dense p2',
    );
    expect(shown(plain)).toEqual(['image > scaled c1 b1 r1', 'r1 > p1 c2 r2', 'r2 > p2 d1']);
    expectToCover(plain);
  });

  it('reach from where a shortcut leaves to where it comes back, with the activation after it', () => {
    expect(shown(tinyNetwork().definition).map((line) => line.split(' > ')[0])).toEqual([
      'image',
      'stem_relu',
      'stage1_block1_relu2',
      'stage2_block1_relu2',
      'stage3_block1_relu2',
    ]);
    expectToCover(tinyNetwork().definition);
  });

  it('hold a shortcut that leaves before BatchNorm, and one that has layers of its own', () => {
    const preActivation = graph(
      'image input',
      'c0 conv2d image',
      'b1 batchNorm c0',
      'r1 relu b1',
      'c1 conv2d r1',
      'a1 add c1 c0',
      'b2 batchNorm a1',
      'r2 relu b2',
      'c2 conv2d r2',
      's2 conv2d r2',
      'a2 add c2 s2',
      'p globalAveragePool a2',
      'd dense p',
    );
    expect(shown(preActivation)).toEqual(['image > c0', 'c0 > b1 r1 c1 a1 b2 r2', 'r2 > c2 s2 a2', 'a2 > p d']);
    expectToCover(preActivation);
  });

  it('is one where everything reaches over everything', () => {
    const dense = graph('image input', 'c1 conv2d image', 'k concat image c1', 'f flatten k', 'd dense f');
    expect(shown(dense)).toEqual(['image > c1 k', 'k > f d']);
    const whole = graph('image input', 'c1 conv2d image', 'c2 conv2d c1', 'c3 conv2d c2', 'k concat c3 image c1');
    expect(shown(whole)).toEqual(['image > c1 c2 c3 k']);
  });

  it('keep what comes after the last kernel in the last of them', () => {
    const ending = graph('image input', 'c1 conv2d image', 'p globalAveragePool c1', 'f flatten p');
    expect(shown(ending)).toEqual(['image > c1 p f']);
    expectToCover(ending);
  });

  it('are the stem, six residual blocks and the classifier of the bundled network', async () => {
    const { definition } = await readNetworkFolder(BUNDLED_FOLDER);
    expect(networkBlocks(definition).map(({ output }) => output)).toHaveLength(8);
    expectToCover(definition);
  });
});

it('a network up to a node ends with it', () => {
  const { definition } = tinyNetwork();
  expect(networkUpTo(definition, 'stem_bn').nodes.map(({ name }) => name)).toEqual(['image', 'stem_conv', 'stem_bn']);
});
