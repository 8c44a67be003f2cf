/**
 * Nearest x2 upsampling and 3x3 convolution as one operation (../upsampleConv2d.ts) on this project's wasm module:
 * assembly/upsample.ts.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { BLOCK_SIZE, blocksOf, padded, WORTH_A_THREAD } from './convolution';
import { address, exportsOf, inParallel, output, partsOf, withScratch, type WasmBackend } from './module';

type Info = tf.TensorInfo;

const FLOAT = 4;
const MAPS = 9;
/** Small pixels whose maps and products are made at a time: the filters are read from memory once for all of them. */
const BLOCK_PIXELS = 48;

const blockOf = (h: number, w: number) => Math.max(1, Math.min(h, Math.round(BLOCK_PIXELS / w)));

/** [n, h, w, ci] and [3, 3, ci, co] -> [n, 2 h, 2 w, co] */
export function upsampleConv2d(backend: WasmBackend, x: Info, filter: Info): Info {
  const [n, h, w, ci] = x.shape;
  const co = filter.shape[3];
  const y = output(backend, [n, 2 * h, 2 * w, co]);
  const block = blockOf(h, w);
  const grain = WORTH_A_THREAD / (MAPS * h * w * ci * co);
  const room = ((block + 2) * (w + 2) * ci + MAPS * block * w * (ci + padded(co))) * FLOAT;
  withFilters(
    backend,
    filter,
    padded(co) * ci,
    (filters, panels) => {
      const { packFilter } = exportsOf(backend);
      for (let m = 0; m < MAPS; m++)
        packFilter(filters + m * ci * co * FLOAT, ci, co, panels + m * ci * padded(co) * FLOAT);
    },
    (panels) =>
      withScratch(backend, room * partsOf(backend, n, grain), (scratch) => {
        inParallel(backend, 'upsampleConvolve', n, grain, (first, last, part) => [
          address(backend, x),
          panels,
          address(backend, y),
          scratch + part * room,
          first,
          last,
          h,
          w,
          ci,
          co,
          block,
        ]);
      }),
  );
  return y;
}

/** dL/dx [n, h, w, ci] from dL/dy [n, 2 h, 2 w, co]. */
export function upsampleConv2dInputGradient(backend: WasmBackend, dy: Info, filter: Info): Info {
  const [n, h2, w2, co] = dy.shape;
  const [h, w, ci] = [h2 / 2, w2 / 2, filter.shape[2]];
  const dx = output(backend, [n, h, w, ci]);
  const block = blockOf(h, w);
  const grain = WORTH_A_THREAD / (MAPS * h * w * ci * co);
  const room = (h * w * padded(ci) + MAPS * block * w * (co + padded(ci))) * FLOAT;
  withFilters(
    backend,
    filter,
    padded(ci) * co,
    (filters, panels) => {
      const { packTurnedFilter } = exportsOf(backend);
      for (let m = 0; m < MAPS; m++) {
        packTurnedFilter(
          filters + m * ci * co * FLOAT,
          1,
          ci,
          co,
          0,
          1,
          1,
          0,
          1,
          1,
          panels + m * co * padded(ci) * FLOAT,
        );
      }
    },
    (panels) =>
      withScratch(backend, room * partsOf(backend, n, grain), (scratch) => {
        inParallel(backend, 'upsampleInputGradient', n, grain, (first, last, part) => [
          address(backend, dy),
          panels,
          address(backend, dx),
          scratch + part * room,
          first,
          last,
          h,
          w,
          ci,
          co,
          block,
        ]);
      }),
  );
  return dx;
}

/** dL/dfilter [3, 3, ci, co]. */
export function upsampleConv2dFilterGradient(backend: WasmBackend, x: Info, dy: Info): Info {
  const [n, h, w, ci] = x.shape;
  const co = dy.shape[3];
  const result = output(backend, [3, 3, ci, co]);
  const block = blockOf(h, w);
  const n4 = Math.ceil(co / 4) * 4;
  const blocks = MAPS * blocksOf(ci, n4);
  const grain = WORTH_A_THREAD / (n * h * w * BLOCK_SIZE);
  const bytes = MAPS * ci * n4 * FLOAT;
  const room = ((block + 2) * (w + 2) * ci + MAPS * block * w * (ci + co) + 4) * FLOAT;
  withScratch(backend, bytes, (sums) =>
    withScratch(backend, room * partsOf(backend, blocks, grain), (scratch) => {
      const module = exportsOf(backend);
      module.zero(sums, bytes);
      inParallel(backend, 'upsampleFilterGradient', blocks, grain, (first, last, part) => [
        address(backend, x),
        address(backend, dy),
        sums,
        scratch + part * room,
        first,
        last,
        n,
        h,
        w,
        ci,
        co,
        block,
      ]);
      module.upsampleFiltersGradient(sums, address(backend, result), ci, co, n4);
    }),
  );
  return result;
}

/** Makes the nine filters, packs them and hands the panels (9 times `size` floats) to `work`. */
function withFilters(
  backend: WasmBackend,
  filter: Info,
  size: number,
  pack: (filters: number, panels: number) => void,
  work: (panels: number) => void,
): void {
  const count = filter.shape[2] * filter.shape[3];
  withScratch(backend, MAPS * (count + size) * FLOAT, (filters) => {
    const panels = filters + MAPS * count * FLOAT;
    exportsOf(backend).upsampleFilters(address(backend, filter), filters, count);
    pack(filters, panels);
    work(panels);
  });
}
