// Who may import what (docs/ARCHITECTURE.md has the table). Every rule is planted and caught in tools/import-rules.test.ts.
// "$1" in a `to` is the first group of the rule's `from`.

const TEST_CODE = '\\.test\\.tsx?$|(^|/)testing/|^emulator/foreign/';
/** Built by Vite with the pages of web. */
const FEATURE_PAGES = '^src/features/[^/]+/page/';
const ANY_FOLDER = '^(src|emulator|web|bench|tools)/';
const NPM = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg', 'npm-unknown'];
const PLATFORM_PORT = '^src/platform/[^/]+/index\\.ts$';
const SERVICE_PORT = '^src/services/[^/]+/index\\.ts$';

/** Files under `folder` that ship; tests and test helpers may import anything. */
const shipped = (folder) => ({ path: folder, pathNot: TEST_CODE });

/** A rule that lets `from` reach our own folders only where `allowed` matches. */
const mayImport = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: shipped(from),
  to: { path: ANY_FOLDER, pathNot: allowed },
});

/** A rule that lets `from` reach npm packages only where `allowed` matches. */
const mayUsePackages = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: shipped(from),
  to: { dependencyTypes: NPM, pathNot: allowed.map((item) => `node_modules/(@types/)?${item}/`) },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    mayImport(
      'kernel-imports',
      '^src/kernel/',
      ['^src/kernel/'],
      'The kernel knows nothing of the rest: take what you need as a parameter, or move the code to a platform folder.',
    ),
    {
      name: 'kernel-without-io',
      severity: 'error',
      comment: 'The kernel reads and writes nothing: move this to a platform folder behind its index.ts.',
      from: shipped('^src/kernel/'),
      to: {
        dependencyTypes: ['core'],
        path: '^(node:)?(fs|net|http|http2|https|tls|dgram|dns|child_process|worker_threads|cluster|os|process|readline|inspector)(/|$)',
      },
    },
    mayUsePackages(
      'kernel-packages',
      '^src/kernel/',
      ['zod'],
      'The kernel uses no npm package but zod: wrap the package in a platform folder.',
    ),
    mayImport(
      'platform-imports',
      '^src/platform/([^/]+)/',
      ['^src/kernel/', '^src/platform/$1/', PLATFORM_PORT],
      "Platform folders reach the kernel, their own folder and another platform folder's index.ts: export it there, or pass it in from src/app.",
    ),
    mayImport(
      'services-imports',
      '^src/services/',
      ['^src/kernel/', '^src/services/', PLATFORM_PORT],
      'Services reach the kernel, the index.ts of platform folders and each other: export it there, or take it as a parameter.',
    ),
    mayImport(
      'sdk-imports',
      '^src/sdk/',
      ['^src/kernel/', '^src/sdk/', PLATFORM_PORT, SERVICE_PORT],
      'The sdk reaches the kernel and the index.ts of platform folders and services: export it there.',
    ),
    mayImport(
      'features-imports',
      '^src/features/([^/]+)/(?!page/)',
      ['^src/kernel/', '^src/sdk/', '^src/features/$1/', '^src/features/[^/]+/api\\.ts$'],
      "Features reach the kernel, the sdk, their own folder and another feature's api.ts: ask the sdk for it, or export it from that api.ts.",
    ),
    mayImport(
      'feature-pages-imports',
      '^src/features/([^/]+)/page/',
      ['^src/features/$1/(page|locales)/', '^web/src/(dashboard/kit/index\\.ts$|shared/)'],
      "A feature's page runs in the browser: it reaches its own folder, the feature's texts, web/src/dashboard/kit and web/src/shared, and asks the feature's routes for all else.",
    ),
    mayImport(
      'app-imports',
      '^src/app/',
      ['^src/(kernel|platform|services|sdk|features|app)/', '^emulator/(index|main)\\.ts$'],
      'The application is made of src and the door of the emulator; what only tests need stays in src/testing.',
    ),
    {
      name: 'emulator-door',
      severity: 'error',
      comment: 'Only src/app/playground.ts and src/app/emulator-command.ts start the emulator: call one of them.',
      from: { path: '^src/', pathNot: [TEST_CODE, '^src/app/(playground|emulator-command)\\.ts$'] },
      to: { path: '^emulator/' },
    },
    mayImport(
      'emulator-imports',
      '^emulator/',
      ['^emulator/'],
      'The emulator could be published on its own: give it what it needs through its options.',
    ),
    mayImport(
      'web-imports',
      '^web/',
      ['^web/'],
      'Pages talk with the server over HTTP and WebSocket: describe the shape in web/src, do not import it.',
    ),
    {
      name: 'vendors-in-platform',
      severity: 'error',
      comment:
        'Vendor packages are wrapped in src/platform: add what you need to the port there. zod, kysely and discord-api-types are free for all.',
      from: { path: '^src/(services|sdk|features|app)/', pathNot: `${TEST_CODE}|${FEATURE_PAGES}` },
      to: { dependencyTypes: NPM, pathNot: '^node_modules/(zod|kysely|discord-api-types)/' },
    },
    {
      name: 'no-test-code',
      severity: 'error',
      comment: 'What ships imports no test code: move the shared part out of the test or of the testing folder.',
      from: { path: ANY_FOLDER, pathNot: [TEST_CODE, '^(bench|tools)/'] },
      to: { path: TEST_CODE },
    },
    {
      name: 'no-development-packages',
      severity: 'error',
      comment:
        'An installation without development packages must run this: move the package to "dependencies", or the code to a test.',
      from: { path: '^(src|emulator)/', pathNot: `${TEST_CODE}|${FEATURE_PAGES}` },
      to: { dependencyTypes: ['npm-dev'], pathNot: '^node_modules/@types/' },
    },
    {
      name: 'declared-packages',
      severity: 'error',
      comment: 'Name the package in package.json; that another package brings it today is chance.',
      from: { path: ANY_FOLDER },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'This import leads nowhere: mend the path (with its .ts), or install the package.',
      from: { path: ANY_FOLDER },
      to: { couldNotResolve: true },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment:
        'These files know each other in a circle, if only by types: move what both need to a third file, or pass it as a parameter.',
      from: { path: ANY_FOLDER },
      to: { circular: true },
    },
  ],
  options: {
    // The emulator has a package.json of its own, without what its tests use.
    combinedDependencies: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^web/dist/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types', 'style'],
      mainFields: ['module', 'main', 'types', 'style'],
    },
  },
};
