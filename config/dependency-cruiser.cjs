/**
 * The layers of the project. An arrow that is not in these tables is an error.
 * @type {import('dependency-cruiser').IConfiguration}
 */

const path = require('node:path');

/** lib -> the libs it may import */
const LIBS = {
  domain: [],
  contracts: ['domain'],
  steps: ['domain'],
  scoring: ['domain'],
  verbatims: ['domain'],
  application: ['domain', 'contracts', 'steps', 'scoring', 'verbatims'],
  persistence: ['domain', 'contracts', 'application', 'platform'],
  queue: ['domain', 'contracts', 'application', 'platform'],
  channels: ['domain', 'contracts', 'application', 'platform'],
  sources: ['domain', 'contracts', 'application', 'platform'],
  templates: ['domain', 'contracts', 'application', 'platform'],
  platform: ['domain', 'contracts', 'application'],
  // the composition root
  runtime: ['domain', 'application', 'persistence', 'queue', 'channels', 'sources', 'templates', 'platform'],
};

/** pure lib -> the packages it may import; Node's own modules never */
const PURE_PACKAGES = {
  domain: ['zod', 'luxon', '@marcbachmann/cel-js', 're2js', 'libphonenumber-js'],
  contracts: ['zod'],
  steps: ['zod', 'luxon', '@noble/hashes'],
  scoring: ['zod'],
  verbatims: ['zod'],
};

/** app -> the apps it composes */
const APPS = { standalone: ['ingest', 'api', 'worker'] };

const TEST_CODE = '[.](spec|contract)[.]ts$|/testing[.]ts$';
const EXTERNAL = ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'];

const layerRules = Object.entries(LIBS).map(([lib, allowed]) => ({
  name: `lib-${lib}`,
  severity: 'error',
  comment: `libs/${lib} may import only: ${allowed.join(', ') || 'no other lib'}`,
  from: { path: `^libs/${lib}/` },
  to: { path: '^(libs|apps)/', pathNot: [lib, ...allowed].map((name) => `^libs/${name}/`) },
}));

const purityRules = Object.entries(PURE_PACKAGES).map(([lib, packages]) => ({
  name: `pure-${lib}`,
  severity: 'error',
  comment: `libs/${lib} is pure: of all packages it may import only ${packages.join(', ')}`,
  from: { path: `^libs/${lib}/`, pathNot: TEST_CODE },
  to: {
    dependencyTypes: EXTERNAL,
    pathNot: packages.flatMap((name) => [`^node_modules/${name}/`, `^node_modules/@types/${name}/`]),
  },
}));

const appRules = [
  ...Object.entries(APPS).map(([app, composed]) => ({
    name: `app-${app}`,
    severity: 'error',
    comment: `apps/${app} may import only these apps: ${composed.join(', ')}`,
    from: { path: `^apps/${app}/` },
    to: { path: '^apps/', pathNot: [app, ...composed].map((name) => `^apps/${name}/`) },
  })),
  {
    name: 'apps-do-not-import-apps',
    severity: 'error',
    from: { path: '^apps/([^/]+)/', pathNot: Object.keys(APPS).map((app) => `^apps/${app}/`) },
    to: { path: '^apps/', pathNot: '^apps/$1/' },
  },
  {
    name: 'console-speaks-contracts',
    severity: 'error',
    comment: 'The console talks HTTP; of the libs it knows the contracts only.',
    from: { path: '^apps/console/' },
    to: { path: '^libs/', pathNot: '^libs/contracts/' },
  },
];

module.exports = {
  forbidden: [
    ...layerRules,
    ...purityRules,
    ...appRules,
    {
      name: 'listed-lib',
      severity: 'error',
      comment: 'A new lib gets its line in LIBS above.',
      from: { path: '^libs/', pathNot: Object.keys(LIBS).map((lib) => `^libs/${lib}/`) },
      to: {},
    },
    {
      name: 'no-deep-import',
      severity: 'error',
      comment: 'Import a lib as #app/<lib>: its index, nothing deeper.',
      from: { path: '^(apps|libs|test|config)/([^/]+)/' },
      to: { path: '^libs/([^/]+)/src/', pathNot: ['^libs/[^/]+/src/(index|testing)[.]ts$', '^libs/$2/'] },
    },
    {
      name: 'one-folder-per-plugin',
      severity: 'error',
      comment: 'A step, channel or source never reaches into its neighbour.',
      from: { path: '^libs/(steps|channels|sources)/src/([^/]+)/' },
      to: { path: '^libs/$1/src/[^/]+/', pathNot: '^libs/$1/src/$2/' },
    },
    {
      name: 'config-through-platform',
      severity: 'error',
      comment: 'Settings are parsed once, in libs/platform, and handed out as typed slices.',
      from: { path: '^(apps|libs)/', pathNot: ['^libs/platform/', TEST_CODE] },
      to: { path: '^config/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-test-code-in-sources',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: TEST_CODE },
      to: { path: ['^test/', TEST_CODE] },
    },
    {
      name: 'no-dev-package-in-sources',
      severity: 'error',
      comment: 'What runs in production is a dependency, not a devDependency.',
      from: { path: '^(apps|libs)/', pathNot: [TEST_CODE, '^apps/console/'] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '^node_modules/@types/' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: path.join(__dirname, 'tsconfig.layers.json') },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
