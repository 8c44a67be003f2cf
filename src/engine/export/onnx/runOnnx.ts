/** Runs an ONNX file on onnxruntime-web, which is loaded when it is first needed. */
import { INPUT, OUTPUT } from './writeOnnx';

// eslint-disable-next-line @typescript-eslint/consistent-type-imports
type Runtime = typeof import('onnxruntime-web');

/** How much the runtime rewrites the graph before it runs it: not at all, or as much as it can. */
export type Optimization = 'disabled' | 'all';

export interface OnnxRun {
  /** @param images [N, H, W, C] normalised @returns logits [N, classes] row by row */
  logits(images: Float32Array, shape: readonly [number, number, number, number]): Promise<Float32Array>;
  release(): Promise<void>;
}

/** @throws Error where the runtime refuses the file */
export async function startOnnx(file: Uint8Array, optimization: Optimization): Promise<OnnxRun> {
  const runtime = (await import('onnxruntime-web/wasm')) as unknown as Runtime;
  // Few images: threads would take longer to start.
  runtime.env.wasm.numThreads = 1;
  const session = await runtime.InferenceSession.create(file, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: optimization,
    // What it says about its own optimizations is no news.
    logSeverityLevel: 3,
  });
  return {
    async logits(images, [n, h, w, c]) {
      const moved = new Float32Array(images.length);
      const area = h * w;
      for (let i = 0; i < n; i++)
        for (let p = 0; p < area; p++)
          for (let k = 0; k < c; k++) moved[(i * c + k) * area + p] = images[(i * area + p) * c + k];
      const input = new runtime.Tensor('float32', moved, [n, c, h, w]);
      const { [OUTPUT]: output } = await session.run({ [INPUT]: input });
      return Float32Array.from(output.data as Float32Array);
    },
    release: () => session.release(),
  };
}
