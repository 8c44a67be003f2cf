import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type BrowserContext } from 'playwright-core';

/** Environment variables that may name the browser's executable, in order of preference. */
const VARIABLES = ['CHROMIUM_PATH', 'PLAYWRIGHT_CHROMIUM_EXECUTABLE_PATH', 'CHROME_BIN'];

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome', 'microsoft-edge'];

/** Where browsers are that are not on the PATH. */
const PLACES: Partial<Record<NodeJS.Platform, string[]>> = {
  linux: [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/opt/google/chrome/chrome',
    '/snap/bin/chromium',
  ],
  darwin: ['/Applications', `${process.env.HOME}/Applications`].flatMap((folder) => [
    `${folder}/Google Chrome.app/Contents/MacOS/Google Chrome`,
    `${folder}/Chromium.app/Contents/MacOS/Chromium`,
    `${folder}/Microsoft Edge.app/Contents/MacOS/Microsoft Edge`,
  ]),
  win32: ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((variable) => [
    `${process.env[variable]}\\Google\\Chrome\\Application\\chrome.exe`,
    `${process.env[variable]}\\Chromium\\Application\\chrome.exe`,
    `${process.env[variable]}\\Microsoft\\Edge\\Application\\msedge.exe`,
  ]),
};

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The executable of a Chromium-like browser: one named by CHROMIUM_PATH, PLAYWRIGHT_CHROMIUM_EXECUTABLE_PATH or
 * CHROME_BIN, else the one Playwright installed, else the system's; null where there is none.
 *
 * @throws Error when a variable names something that cannot be executed: asked for one browser, do not take another.
 */
export function findChromium(): string | null {
  for (const variable of VARIABLES) {
    const named = process.env[variable];
    if (!named) continue;
    if (!isExecutable(named)) throw new Error(`${variable} names ${named}, which cannot be executed.`);
    return named;
  }
  const onPath = (process.env.PATH ?? '')
    .split(path.delimiter)
    .filter(Boolean)
    .flatMap((folder) =>
      COMMANDS.map((command) => path.join(folder, process.platform === 'win32' ? `${command}.exe` : command)),
    );
  const candidates = [chromium.executablePath(), ...onPath, ...(PLACES[process.platform] ?? [])];
  return candidates.find((candidate) => candidate && isExecutable(candidate)) ?? null;
}

/**
 * Like `findChromium`, but installs Debian's package where that can be done without asking: as root, with apt-get.
 *
 * @throws Error with one line that says what to run, where no browser can be had.
 */
export function ensureChromium(): string {
  const found = findChromium();
  if (found) return found;
  if (process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log('No Chromium found for the browser tests: installing it with apt-get (once).');
    const aptGet = (...parameters: string[]) =>
      execFileSync('apt-get', parameters, {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
    try {
      aptGet('update', '-qq');
      aptGet('install', '-y', '-qq', '--no-install-recommends', 'chromium');
    } catch {
      // The line below says what to do.
    }
    const installed = findChromium();
    if (installed) return installed;
  }
  throw new Error(
    'The browser tests found no Chromium: run "npx playwright-core install --with-deps chromium" ' +
      'or set CHROMIUM_PATH to a Chrome or Chromium.',
  );
}

/**
 * For a vitest global setup: `ensureChromium`, and where that fails, one line instead of a stack, and the end of the
 * run.
 */
export function requireChromium(): void {
  try {
    ensureChromium();
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
}

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface LaunchOptions {
  /**
   * - 'software': WebGPU on SwiftShader, a CPU implementation: works on every machine, a hundred times slower than a
   *   GPU.
   * - 'off': no adapter (`navigator.gpu` is there, `requestAdapter()` gives null); WebGL runs on the CPU.
   *   No flag of today's Chromium removes `navigator.gpu` itself: see `removeWebGpu`.
   * - 'default': whatever the browser and the machine offer.
   */
  webgpu: 'software' | 'off' | 'default';
}

/** Starts a headless Chromium; the caller closes it. */
export async function launch({ webgpu }: LaunchOptions): Promise<Browser> {
  const flags = {
    software: ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'],
    off: ['--disable-gpu'],
    default: [],
  }[webgpu];
  return chromium.launch({ executablePath: ensureChromium(), args: [...ARGUMENTS, ...flags], headless: true });
}

/**
 * Runs code in pages of this context and their workers, which run no init scripts: it is put before the text of every
 * script instead.
 */
async function beforeScripts(context: BrowserContext, code: string): Promise<void> {
  await context.route(/\.js(\?|$)/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${code};\n${await response.text()}` });
  });
}

/**
 * Makes pages of this context see a browser that never heard of WebGPU: no `navigator.gpu`, in the page or its workers.
 */
export const removeWebGpu = (context: BrowserContext): Promise<void> =>
  beforeScripts(context, 'delete Object.getPrototypeOf(navigator).gpu');

/** Makes WebGL, which here computes on the CPU, say that it has a graphics card. */
export const disguiseWebgl = (context: BrowserContext): Promise<void> =>
  beforeScripts(
    context,
    `for (const { prototype } of [self.WebGLRenderingContext, self.WebGL2RenderingContext].filter(Boolean)) {
      const own = prototype.getParameter;
      // UNMASKED_RENDERER_WEBGL
      if (!own.disguised) prototype.getParameter = function (name) { return name === 0x9246 ? 'a graphics card' : own.call(this, name); };
      prototype.getParameter.disguised = true;
    }`,
  );
