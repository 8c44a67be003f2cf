import * as tf from '@tensorflow/tfjs-core';

let loading: ((url: string) => Promise<ArrayBuffer>) | null = null;

/**
 * Has tfjs's .wasm file fetched by `load`. tfjs itself asks once and waits for ever where the answer breaks off; what
 * `load` cannot have is an answer to it that says so.
 */
export function loadWasmWith(load: (url: string) => Promise<ArrayBuffer>): void {
  if (loading === null) {
    const { platform } = tf.env();
    const own = platform.fetch.bind(platform);
    platform.fetch = async (path, init) => {
      if (loading === null || !/\.wasm(\?|$)/.test(path)) return own(path, init);
      try {
        return new Response(await loading(path), { headers: { 'Content-Type': 'application/wasm' } });
      } catch (error) {
        console.warn(error);
        return new Response(null, { status: 504, statusText: 'Gateway Timeout' });
      }
    };
  }
  loading = load;
}
