/** tfjs asks wasm's allocator for memory and never looks whether it got some. */

/** Of emscripten's modules. */
export interface Allocator {
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/**
 * Makes an allocator throw where it has no more memory. It gives address 0 then, and tfjs would write there: over what
 * others have, without a word.
 */
export function refuseAddressZero(wasm: Allocator): void {
  // With its first call emscripten's allocator puts another function in its own place.
  wasm._free(wasm._malloc(16));
  const allocate = wasm._malloc;
  wasm._malloc = (bytes) => {
    const address = allocate(bytes);
    if (address === 0 && bytes > 0) throw new Error(`out of memory: no ${bytes} bytes are left for WebAssembly`);
    return address;
  };
}
