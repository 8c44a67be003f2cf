import { describe, expect, it } from 'vitest';
import type { Copy, GpuBuffer } from '../../../src/engine/kernels/webgpu/gpu';
import { needed, shortened, type LaunchCommand } from '../../../src/engine/kernels/webgpu/recording/capture';

const [a, b, c, d, out] = ['a', 'b', 'c', 'd', 'out'].map((name) => ({ name, size: 16 })) as unknown as GpuBuffer[];

/** @param fills what it writes for the first time; `writes`: what it changes */
const launch = (name: string, reads: GpuBuffer[], fills: GpuBuffer[], writes: GpuBuffer[] = []): LaunchCommand => ({
  name,
  pipeline: { getBindGroupLayout: () => ({}) },
  group: {},
  workgroups: [1, 1, 1],
  buffers: [...fills, ...writes, ...reads],
  writes: [...fills, ...writes],
  fills,
});
const copy = (source: GpuBuffer, target: GpuBuffer, bytes = 16): Copy => ({
  source,
  sourceAt: 0,
  target,
  targetAt: 0,
  bytes,
});
const names = (commands: ReturnType<typeof needed>) => commands.map((each) => ('name' in each ? each.name : 'copy'));

describe('what is replayed of what was recorded', () => {
  it('leaves out what nobody reads, and what only that reads', () => {
    expect(names(needed([launch('x', [a], [b]), launch('unread', [b], [c]), launch('y', [a], [out])], [out]))).toEqual([
      'y',
    ]);
  });

  it('keeps what is read before its buffer is another’s, and leaves out what is not', () => {
    const commands = [
      launch('first', [a], [b]),
      launch('reads first', [b], [c]),
      launch('second, in the same buffer', [a], [b]),
      launch('nobody reads that', [a], [d]),
      launch('third, too', [c], [b]),
      launch('last', [b], [out]),
    ];
    expect(names(needed(commands, [out]))).toEqual(['first', 'reads first', 'third, too', 'last']);
  });

  it('keeps what changes a buffer that is looked at afterwards, and what was there before', () => {
    const commands = [launch('half', [a], [b]), launch('other half', [c], [], [b]), launch('step', [b], [], [out])];
    expect(names(needed(commands, [out]))).toEqual(['half', 'other half', 'step']);
    expect(names(needed(commands, [b]))).toEqual(['half', 'other half']);
    expect(names(needed(commands, []))).toEqual([]);
  });

  it('follows copies, which may be of a part', () => {
    const commands = [launch('x', [a], [b]), copy(b, c, 8), copy(a, d), launch('y', [c], [out])];
    expect(names(needed(commands, [out]))).toEqual(['x', 'copy', 'y']);
  });

  it('copies once what is copied on', () => {
    const commands = [launch('x', [a], [b]), copy(b, c), copy(c, out)];
    const once = shortened(commands);
    expect(once).toHaveLength(2);
    expect(once[1]).toMatchObject({ source: b, target: out });
    // Somebody else reads it.
    expect(shortened([...commands, launch('y', [c], [d])])).toHaveLength(4);
  });
});
