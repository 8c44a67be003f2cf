import type { TensorInfo } from '@tensorflow/tfjs-core';
import { launchElementwise, type WebgpuBackend } from './program';

/**
 * dL/dx of max pooling: a pixel has the gradients of the windows whose first maximum in row order it is, as in PyTorch.
 * @param dy,y [N, OH, OW, C]
 * @param x [N, H, W, C]
 * @param top,left pixels of padding before the image
 */
export function maxPoolGradient(
  backend: WebgpuBackend,
  dy: TensorInfo,
  x: TensorInfo,
  y: TensorInfo,
  [kh, kw]: [number, number],
  [sh, sw]: [number, number],
  top: number,
  left: number,
): TensorInfo {
  const [, height, width, channels] = x.shape;
  const [, outHeight, outWidth] = dy.shape;
  return launchElementwise(backend, {
    name: 'MaxPoolGradient',
    inputs: { dy, x, y },
    outputs: { dx: x.shape },
    integers: { height, width, channels, outHeight, outWidth, kh, kw, sh, sw, top, left },
    source: () => `
fn each(i: u32) {
  let c = i % u.channels;
  let col = (i / u.channels) % u.width + u.left;
  let row = (i / (u.channels * u.width)) % u.height + u.top;
  let image = i / (u.channels * u.width * u.height);
  // Windows over the padded image that reach the pixel.
  let firstRow = select(0u, (row - u.kh) / u.sh + 1u, row >= u.kh);
  let firstCol = select(0u, (col - u.kw) / u.sw + 1u, col >= u.kw);
  var sum = 0.0;
  for (var oy = firstRow; oy <= min(row / u.sh, u.outHeight - 1u); oy++) {
    for (var ox = firstCol; ox <= min(col / u.sw, u.outWidth - 1u); ox++) {
      let window = ((image * u.outHeight + oy) * u.outWidth + ox) * u.channels + c;
      let most = y[window];
      if (x[i] != most) { continue; }
      // Whether a pixel before this one has it as well.
      var first = true;
      for (var py = oy * u.sh; py <= row && first; py++) {
        let end = select(ox * u.sw + u.kw, col, py == row);
        for (var px = ox * u.sw; px < end && first; px++) {
          if (py < u.top || px < u.left || px - u.left >= u.width) { continue; }
          first = x[((image * u.height + py - u.top) * u.width + px - u.left) * u.channels + c] != most;
        }
      }
      if (first) { sum += dy[window]; }
    }
  }
  dx[i] = sum;
}`,
  })[0];
}
