// The house rules that a linter can see; each message says what to do instead. What may import what is in
// .dependency-cruiser.cjs, the shape of files and folders in tools/check-shape.ts.
import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import typescript from 'typescript-eslint';

const TESTS = ['**/*.test.ts', '**/*.test.tsx', 'src/testing/**', 'emulator/testing/**'];
const CONFIGS = ['*.config.js', '*.config.ts', 'web/*.config.ts', '.dependency-cruiser.cjs'];
/** Where the environment may be read: its one home, and what runs outside the application. */
const MAY_READ_ENVIRONMENT = [
  'src/platform/config/**',
  'emulator/main.ts',
  'bin/**',
  'bench/**',
  'tools/**',
  ...CONFIGS,
  ...TESTS,
];
/** Where time and chance are real. Everybody else gets them as parameters, so that tests turn time by hand. */
const MAY_USE_REAL_TIME = [
  'src/kernel/**',
  'src/platform/**',
  'emulator/**',
  'web/**',
  'bin/**',
  'bench/**',
  'tools/**',
  ...CONFIGS,
  ...TESTS,
];

const useConfig = 'Read the setting in src/platform/config and pass it on as a parameter.';
const useClock = 'Take the clock from the context: clock.now(), clock.sleep() or clock.after().';
const useRandom = 'Take chance from the context: random.next().';
const useIds = 'Take ids from the context: ids.uuid(), or uuidFromName() for a repeatable one.';

const namedExportsOnly = [
  {
    selector: 'ExportDefaultDeclaration, ExportSpecifier[exported.name="default"]',
    message: 'Export by name, so that a thing is called the same everywhere.',
  },
];
const noClockOfOwn = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: useClock },
  { selector: 'CallExpression[callee.name="Date"]', message: useClock },
];
const environment = [
  { object: 'process', property: 'env', message: useConfig },
  { object: 'globalThis', property: 'process', message: useConfig },
];
const timeAndChance = [
  { object: 'Date', property: 'now', message: useClock },
  { object: 'Math', property: 'random', message: useRandom },
  { object: 'crypto', property: 'randomUUID', message: useIds },
];
const importsOf = (names, message) => names.map(([name, ...importNames]) => ({ name, importNames, message }));
const environmentImports = importsOf(
  [
    ['node:process', 'env'],
    ['process', 'env'],
  ],
  useConfig,
);
const timeAndChanceImports = [
  ...importsOf(
    [
      ['node:timers', 'setTimeout', 'setInterval'],
      ['node:timers/promises', 'setTimeout', 'setInterval'],
    ],
    useClock,
  ),
  ...importsOf([['node:crypto', 'randomUUID']], useIds),
];

export default defineConfig(
  { ignores: ['node_modules/', 'data/', 'web/dist/', 'coverage/', 'web/node_modules/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 60 }],
      'no-restricted-syntax': ['error', ...namedExportsOnly],
    },
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [typescript.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'separate-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // A port's method is asynchronous whether or not this adapter has to wait for anything.
      '@typescript-eslint/require-await': 'off',
      // Discord's numbers arrive as numbers; comparing them with their named constants is what those are for.
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      // Features take what they need out of their context by destructuring; nothing in it uses `this`.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.cjs'],
    languageOptions: {
      globals: {
        console: 'readonly',
        module: 'writable',
        process: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
      },
    },
  },
  {
    files: ['src/**'],
    ignores: ['src/app/**', ...TESTS],
    rules: { 'no-console': 'error' },
  },
  {
    ignores: MAY_READ_ENVIRONMENT,
    rules: {
      'no-restricted-properties': ['error', ...environment],
      'no-restricted-imports': ['error', { paths: environmentImports }],
    },
  },
  {
    ignores: MAY_USE_REAL_TIME,
    rules: {
      'no-restricted-syntax': ['error', ...namedExportsOnly, ...noClockOfOwn],
      'no-restricted-properties': ['error', ...environment, ...timeAndChance],
      'no-restricted-imports': ['error', { paths: [...environmentImports, ...timeAndChanceImports] }],
      'no-restricted-globals': [
        'error',
        {
          checkGlobalObject: true,
          globals: ['setTimeout', 'setInterval'].map((name) => ({ name, message: useClock })),
        },
      ],
    },
  },
  {
    files: TESTS,
    rules: {
      // The body of a `describe` is a table of contents, not a function.
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  { files: CONFIGS, rules: { 'no-restricted-syntax': 'off' } },
);
