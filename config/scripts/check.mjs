/** Everything that needs neither a database nor a network. `check.mjs <step>…` runs only the steps named. */
import { pathToFileURL } from 'node:url';
import { finish, runSteps } from './steps.mjs';
import { requirePackages } from './workspace.mjs';

const bin = (file) => `node_modules/${file}`;

export const CHECKS = [
  { name: 'unit', args: ['config/scripts/test.mjs', '--selectProjects', 'unit', '--silent'], counts: false },
  { name: 'lint', args: [bin('oxlint/bin/oxlint'), '--type-aware', 'apps', 'libs', 'config', 'test'] },
  { name: 'types', args: [bin('typescript-7/bin/tsc'), '-p', 'tsconfig.json', '--noEmit'] },
  {
    name: 'layers',
    args: [
      bin('dependency-cruiser/bin/dependency-cruise.mjs'),
      'apps',
      'libs',
      'test',
      'config',
      '--config',
      'config/dependency-cruiser.cjs',
    ],
  },
  { name: 'unused', args: [bin('knip/bin/knip.js'), '--config', 'config/knip.json', '--no-config-hints'] },
  { name: 'format', args: [bin('oxfmt/bin/oxfmt'), '--check', '.'] },
];

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  requirePackages();
  const wanted = process.argv.slice(2);
  const steps = CHECKS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  finish('check', await runSteps(steps));
}
