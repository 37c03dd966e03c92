/** What must hold before a change lands: the checks, every test tier, the lock file, a small replay and the quick faults. */
import { execFileSync } from 'node:child_process';
import { buildWhenStale } from './build.mjs';
import { CHECKS } from './check.mjs';
import { finish, runSteps } from './steps.mjs';
import { requirePackages, root } from './workspace.mjs';

const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();

/** AFTERGLOW_TESTED holds the git tree on which `npm test` has just run; edits since then void it. */
function isTestedAlready() {
  const tested = process.env.AFTERGLOW_TESTED;
  if (!tested) return false;
  return git('status', '--porcelain') === '' && git('rev-parse', 'HEAD^{tree}') === tested;
}

requirePackages();
buildWhenStale();
const skip = isTestedAlready() ? 'npm test has just run on this tree' : undefined;
const tiers = ['--selectProjects', 'medium', 'golden', 'e2e', '--silent'];

const failed = await runSteps([
  ...CHECKS.map((step) => (step.name === 'unit' ? { ...step, skip } : step)),
  { name: 'lock', args: ['config/scripts/lock.mjs'] },
]);
// on their own: they boot databases and servers, and measure nothing else's patience
failed.push(...(await runSteps([{ name: 'tests', args: ['config/scripts/test.mjs', ...tiers], counts: false, skip }])));
// says so itself where there is no data to replay
failed.push(...(await runSteps([{ name: 'replay', args: ['--enable-source-maps', 'dist/test/replay/main.js'] }])));
failed.push(...(await runSteps([{ name: 'faults', args: ['config/scripts/faults.mjs', '--silent'], counts: false }])));
finish('verify', failed);
