/** tfjs asks wasm's allocator for memory and never looks whether it got some. */

/** Of emscripten's modules. */
export interface Allocator {
  _malloc(bytes: number): number;
}

/**
 * Makes an allocator throw where it has no more memory. It gives address 0 then, and tfjs would write there: over what
 * others have, without a word.
 */
export function refuseAddressZero(wasm: Allocator): void {
  const allocate = wasm._malloc;
  wasm._malloc = (bytes) => {
    const address = allocate(bytes);
    if (address === 0 && bytes > 0) throw new Error(`out of memory: no ${bytes} bytes are left for WebAssembly`);
    return address;
  };
}
