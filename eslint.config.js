import { existsSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { defineConfig } from 'eslint/config';
import js from '@eslint/js';
import globals from 'globals';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const root = import.meta.dirname;

/**
 * Which part of the house a file of src/ belongs to, from its path relative to src/.
 * The page's side of the worker and the worker's own side are different parts.
 */
function partOf(file) {
  if (/^worker\/protocol\b/.test(file)) return 'protocol';
  if (/^worker\/(?!server)/.test(file)) return 'client';
  // The settings, and formulas of the method that are plain arithmetic: page and engine share them.
  if (
    /^engine\/(runSettings|methods\/\w+|generator\/generatorConfig|training\/workCount|kernels\/scalarQuantizer|losses\/distortedFloor)(\.ts)?$/.test(
      file,
    )
  )
    return 'runSettings';
  if (/^engine\/sentences(\.ts)?$/.test(file)) return 'sentences';
  const [folder, ...rest] = file.split('/');
  return rest.length === 0 ? 'app' : folder;
}

const TFJS = /^(@tensorflow\/|#tfjs)/;
const PAGE_LIBRARIES = /^(react|react-dom|recharts|zustand|@mantine\/[^/]+)(\/|$)/;
const NODE = { test: isBuiltin };

/**
 * The arrows: what each part may import when the program runs ('*' = any part), which parts it may import types from,
 * and which packages it may not import at all. A part may always import itself.
 */
const ARROWS = {
  engine: { imports: ['runSettings', 'sentences'], types: ['runSettings'], forbidden: [PAGE_LIBRARIES, NODE] },
  runSettings: { imports: [], types: ['engine'], forbidden: [TFJS, PAGE_LIBRARIES, NODE] },
  sentences: { imports: [], types: [], forbidden: [TFJS, PAGE_LIBRARIES, NODE] },
  protocol: { imports: [], types: ['engine', 'runSettings', 'sentences'], forbidden: [TFJS, PAGE_LIBRARIES, NODE] },
  worker: { imports: ['engine', 'runSettings', 'sentences'], types: ['protocol'], forbidden: [PAGE_LIBRARIES, NODE] },
  client: {
    imports: [],
    types: ['protocol', 'engine', 'runSettings', 'sentences'],
    forbidden: [TFJS, PAGE_LIBRARIES, NODE],
  },
  state: { imports: ['client', 'runSettings', 'sentences'], types: ['protocol', 'engine'], forbidden: [TFJS, NODE] },
  ui: {
    imports: ['state', 'runSettings', 'sentences'],
    types: ['protocol', 'client', 'engine'],
    forbidden: [TFJS, NODE],
  },
  app: { imports: ['ui', 'state', 'client', 'runSettings'], types: ['protocol', 'engine'], forbidden: [TFJS, NODE] },
  headless: {
    imports: ['engine', 'state', 'runSettings', 'sentences'],
    types: ['protocol'],
    forbidden: [PAGE_LIBRARIES],
  },
};

const boundaries = {
  meta: {
    type: 'problem',
    docs: { description: 'holds the arrows ui -> state -> worker/protocol, worker -> engine, headless -> engine' },
    schema: [],
    messages: {
      part: 'src/{{from}} may not import {{what}} from src/{{to}}.',
      outside: 'src/{{from}} may not import from outside src/.',
      package: "src/{{from}} may not import '{{specifier}}'.",
    },
  },
  create(context) {
    const source = path.join(root, 'src');
    const here = path.relative(source, context.filename).split(path.sep).join('/');
    if (here.startsWith('..')) return {};
    const from = partOf(here);
    const arrows = ARROWS[from];
    if (!arrows) return {};

    function check(node, specifier, typeOnly) {
      if (typeof specifier !== 'string') return;
      if (!specifier.startsWith('.')) {
        if (arrows.forbidden.some((pattern) => pattern.test(specifier))) {
          context.report({ node, messageId: 'package', data: { from, specifier } });
        }
        return;
      }
      const target = path.resolve(path.dirname(context.filename), specifier.replace(/\?.*$/, ''));
      const there = path.relative(source, target).split(path.sep).join('/');
      if (there.startsWith('..')) {
        context.report({ node, messageId: 'outside', data: { from } });
        return;
      }
      // './runs' may be a folder's index; without a folder of that name it is a file of the folder above.
      const isFolder = existsSync(target) && statSync(target).isDirectory();
      const to = partOf(isFolder ? `${there}/index` : there);
      if (to === from || arrows.imports.includes(to) || (typeOnly && arrows.types.includes(to))) return;
      context.report({ node, messageId: 'part', data: { from, to, what: typeOnly ? 'types' : 'values' } });
    }
    const typesOnly = (node, kind) =>
      node[kind] === 'type' || (node.specifiers?.length > 0 && node.specifiers.every((each) => each[kind] === 'type'));

    return {
      ImportDeclaration: (node) => check(node, node.source.value, typesOnly(node, 'importKind')),
      ExportNamedDeclaration: (node) => check(node, node.source?.value, typesOnly(node, 'exportKind')),
      ExportAllDeclaration: (node) => check(node, node.source.value, node.exportKind === 'type'),
      ImportExpression: (node) => check(node, node.source.value, false),
      TSImportType: (node) => check(node, node.source?.value ?? node.argument?.literal?.value, true),
    };
  },
};

export default defineConfig(
  {
    ignores: [
      'dist/',
      '.cache/',
      'coverage/',
      'node_modules/',
      'public/',
      'src/engine/globals.d.ts',
      'src/engine/kernels/wasm/assembly/',
    ],
  },
  js.configs.recommended,
  tseslint.configs.recommended,
  {
    languageOptions: { globals: { ...globals.es2023, ...globals.node } },
    rules: {
      'no-console': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}', 'test/**/*.{ts,tsx}', '*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { house: { rules: { boundaries } } },
    rules: { 'house/boundaries': 'error' },
  },
  {
    files: ['src/engine/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        'window',
        'document',
        'localStorage',
        'sessionStorage',
        'self',
        'process',
        'Buffer',
        'global',
        'require',
        'setImmediate',
      ],
    },
  },
  {
    files: ['src/worker/protocol.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'VariableDeclaration, FunctionDeclaration, ClassDeclaration, TSEnumDeclaration, ExportDefaultDeclaration',
          message: 'The protocol is types only.',
        },
      ],
    },
  },
  {
    // The page and the worker run in a browser: what Node alone has would type-check there, and fail.
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/headless/**', 'src/engine/**'],
    rules: {
      'no-restricted-globals': ['error', 'process', 'Buffer', 'global', '__dirname', 'require', 'setImmediate'],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    ...reactHooks.configs.flat['recommended-latest'],
  },
);
