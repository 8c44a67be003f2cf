/**
 * Which file of src/ may import which: `npm run lint` checks it with dependency-cruiser. Paths are regular expressions.
 * Three things hold: the arrows between the parts of the house, the order of the engine's own layers, and no circles.
 */

/** Page and engine share them: the settings, what the engine says, and formulas of the method that are plain arithmetic. */
const PURE =
  '^src/engine/(sentences\\w*|json|runSettings|kernels/scalarQuantizer|losses/distortedFloor|quantization/layerBits|workbench/(report|bitBudget|gridError)|generator/generatorConfig|data/amounts|training/(workCount|machineFit)|(evaluation|methods)/\\w+)\\.ts$';
const ENGINE = '^src/engine/';
const PROTOCOL = '^src/worker/protocol\\.ts$';
const SERVER = '^src/worker/server';
const CLIENT = '^src/worker/(?!server|protocol\\.)';
const STATE = '^src/state/';
const UI = '^src/ui/';
const APP = '^src/[^/]+$';
const SERVICE_WORKER = '^src/serviceWorker/';
const HEADLESS = '^src/headless/';

const TFJS = '@tensorflow/|^#tfjs';
const PAGE = '(^|node_modules/)(@types/)?(react|react-dom|recharts|zustand|@mantine/[^/]+)(/|$)';

/**
 * The arrows: from a part to itself, to parts whose values it may import, and to parts of which it may import types only;
 * packages that it may not import at all, not even their types; whether it may import what Node brings along.
 */
const PARTS = {
  pure: { from: PURE, values: [], types: [], packages: [TFJS, PAGE], node: false },
  engine: { from: ENGINE, values: [], types: [], packages: [PAGE], node: false },
  protocol: { from: PROTOCOL, values: [], types: [ENGINE], packages: [TFJS, PAGE], node: false },
  server: { from: SERVER, values: [ENGINE], types: [PROTOCOL], packages: [PAGE], node: false },
  client: { from: CLIENT, values: [], types: [PROTOCOL, ENGINE], packages: [TFJS, PAGE], node: false },
  state: { from: STATE, values: [CLIENT, PURE], types: [PROTOCOL, ENGINE], packages: [TFJS], node: false },
  ui: { from: UI, values: [STATE, PURE], types: [PROTOCOL, CLIENT, ENGINE], packages: [TFJS], node: false },
  app: { from: APP, values: [UI, STATE, CLIENT, PURE], types: [PROTOCOL, ENGINE], packages: [TFJS], node: false },
  serviceWorker: { from: SERVICE_WORKER, values: [], types: [], packages: [TFJS, PAGE], node: false },
  headless: { from: HEADLESS, values: [ENGINE, STATE], types: [PROTOCOL], packages: [PAGE], node: true },
};

/** The engine's layers, lowest first: each may import what stands before it, and nothing that stands after it. */
const LAYERS = [
  PURE,
  '^src/engine/runReport\\.ts$',
  '^src/engine/(portableMath|random|float16|crc32)\\.ts$',
  ...[
    'kernels',
    'network',
    'data',
    'hub',
    'bns',
    'generator',
    'quantization',
    'losses',
    'training',
    'export',
    'session',
    'workbench',
    'backend',
  ].map((folder) => `^src/engine/${folder}/`),
];

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const arrows = Object.entries(PARTS).flatMap(([part, { from, values, types, packages, node }]) => [
  rule(
    `${part}-parts`,
    `src/: ${part} may import nothing from there.`,
    { path: from },
    { dependencyTypes: ['local'], pathNot: [from, ...values, ...types] },
  ),
  rule(
    `${part}-types`,
    `src/: ${part} may import types only from there (import type).`,
    { path: from },
    { dependencyTypesNot: ['type-only'], path: types.length > 0 ? types : '^$', pathNot: [from, ...values] },
  ),
  rule(`${part}-packages`, `src/: ${part} may not import this package.`, { path: from }, { path: packages }),
  ...(node
    ? []
    : [rule(`${part}-node`, `src/: ${part} runs without Node.`, { path: from }, { dependencyTypes: ['core'] })]),
]);

const layers = LAYERS.map((path, i) =>
  rule(
    'engine-order',
    'Inside the engine no arrow runs upward: LAYERS, in .dependency-cruiser.js, is the order.',
    { path },
    { path: ENGINE, pathNot: LAYERS.slice(0, i + 1) },
  ),
);

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...arrows,
    ...layers,
    rule(
      'no-circles',
      'Files that import each other, types included: what both need becomes a file of its own.',
      {},
      { circular: true },
    ),
    rule('resolved', 'There is no such file or package.', {}, { couldNotResolve: true }),
    rule(
      'listed',
      'A new part of src/ or layer of the engine takes its place in PARTS or LAYERS, in .dependency-cruiser.js.',
      {
        path: '^src/',
        pathNot: [
          ...Object.values(PARTS)
            .map(({ from }) => from)
            .filter((from) => from !== ENGINE),
          ...LAYERS,
        ],
      },
      {},
    ),
  ],
  options: {
    // AssemblyScript: another language with the same ending.
    exclude: { path: '^src/engine/kernels/wasm/assembly/' },
    doNotFollow: { path: 'node_modules' },
    // Types are arrows too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'browser', 'default', 'types'] },
  },
};
