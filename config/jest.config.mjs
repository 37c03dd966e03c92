import { existsSync } from 'node:fs';
import path from 'node:path';

const rootDir = path.resolve(import.meta.dirname, '..');
const existing = (...folders) =>
  folders.map((folder) => path.join(rootDir, folder)).filter((folder) => existsSync(folder));

// ESM-only packages that CommonJS packages require(). Jest supports require(esm) from Node 24.9 on; below that, swc
// compiles these to CommonJS when they are required (they stay ESM when imported). Never list a package whose classes are
// compared by `instanceof`: it would exist twice.
const ESM_REQUIRED_BY_CJS = 'cookie|content-disposition|yargs';

const typescript = {
  swcrc: false,
  sourceMaps: 'inline',
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    keepClassNames: true,
  },
};

const project = (displayName, folders, testMatch, extra = {}) => ({
  displayName,
  rootDir,
  roots: existing(...folders),
  testMatch,
  testEnvironment: 'node',
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/dist/', '<rootDir>/apps/console/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  // to the sources: package.json `imports` would reach the compiled, possibly stale files
  moduleNameMapper: { '^#app/(.*)$': '<rootDir>/libs/$1/src/index.ts', '^(\\.{1,2}/.*)(?<!\\.json)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': ['@swc/jest', typescript],
    [`/node_modules/(?:${ESM_REQUIRED_BY_CJS})/.+\\.js$`]: [
      '@swc/jest',
      { swcrc: false, jsc: { target: 'es2022', parser: { syntax: 'ecmascript' } } },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(?:${ESM_REQUIRED_BY_CJS})/)`],
  ...extra,
});

// Jest runs a setup file once, even when several projects name it, and only when one of their tests is to run.
const withDatabase = {
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
};

const projects = [
  project('unit', ['apps', 'libs', 'config', 'test/support', 'test/replay', 'test/bench'], ['**/*.spec.ts']),
  project('medium', ['test/medium'], ['**/*.spec.ts'], withDatabase),
  project('golden', ['test/golden'], ['**/*.spec.ts']),
  project('e2e', ['test/e2e'], ['**/*.spec.ts'], withDatabase),
  // only when asked for: see config/scripts/faults.mjs
  ...(process.env.AFTERGLOW_FAULTS
    ? [
        project('faults', ['test/faults'], ['**/*.fault.ts'], {
          setupFilesAfterEnv: ['<rootDir>/test/faults/once-more.ts'],
        }),
      ]
    : []),
];

/** @type {import('jest').Config} */
export default {
  rootDir,
  projects: projects.filter(({ roots }) => roots.length > 0),
  maxWorkers: 2,
  // a database and threads that start: what hangs takes longer than this, also on a busy machine
  testTimeout: 20_000,
  // ES modules are never freed between test files: a worker above this is replaced by a fresh one
  workerIdleMemoryLimit: '400MB',
  passWithNoTests: true,
  coverageProvider: 'v8',
  coverageDirectory: '<rootDir>/coverage',
  collectCoverageFrom: ['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts', '!apps/console/**', '!**/main.ts', '!**/*.spec.ts'],
};
