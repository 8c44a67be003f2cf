/**
 * npm run build:kernels: compiles src/engine/kernels/wasm/assembly (AssemblyScript) and writes it, as text, to
 * binary.ts beside it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

export const KERNELS_FOLDER = 'src/engine/kernels/wasm';

/**
 * Optimised for speed, without a runtime: the module has no memory of its own and allocates nothing.
 *
 * @throws Error with the compiler's words where it does not compile
 */
export async function compileKernels(root = '.'): Promise<Uint8Array> {
  let binary: Uint8Array | null = null;
  const { error, stderr } = await asc.main(
    [
      'assembly/index.ts',
      '--outFile',
      'kernels.wasm',
      '-O3',
      '--noAssert',
      '--runtime',
      'stub',
      '--enable',
      'simd',
      '--enable',
      'bulk-memory',
      '--importMemory',
      '--initialMemory',
      '1',
      '--maximumMemory',
      '65536',
      '--use',
      'abort=',
      '--disableWarning',
      '201',
    ],
    {
      readFile: (name, base) => {
        try {
          return readFileSync(join(root, KERNELS_FOLDER, base === '.' ? '' : base, name), 'utf8');
        } catch {
          return null;
        }
      },
      writeFile: (_, contents) => {
        if (typeof contents !== 'string') binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || !binary) throw new Error(`The kernels do not compile: ${error?.message ?? ''}\n${stderr.toString()}`);
  return binary;
}

/** Text of binary.ts. */
export function binaryModule(binary: Uint8Array): string {
  const lines = Buffer.from(binary)
    .toString('base64')
    .match(/.{1,120}/g)!;
  return (
    `// Made from assembly/ by \`npm run build:kernels\`: ${binary.length} bytes of WebAssembly in base64.\n` +
    `export const BINARY =\n${lines.map((line) => `  '${line}'`).join(' +\n')};\n`
  );
}

if (process.argv[1]?.endsWith('buildKernels.ts')) {
  const binary = await compileKernels();
  writeFileSync(join(KERNELS_FOLDER, 'binary.ts'), binaryModule(binary));
  console.log(`${join(KERNELS_FOLDER, 'binary.ts')}: ${binary.length} bytes`);
}
