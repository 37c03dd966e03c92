/** What must hold before a change lands: the checks, every test tier, the lock file and a small replay. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { buildWhenStale } from './build.mjs';
import { CHECKS } from './check.mjs';
import { finish, runSteps } from './steps.mjs';
import { fromRoot, requirePackages, root } from './workspace.mjs';

const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();

/** AFTERGLOW_TESTED holds the git tree on which `npm test` has just run; edits since then void it. */
function isTestedAlready() {
  const tested = process.env.AFTERGLOW_TESTED;
  if (!tested) return false;
  return git('status', '--porcelain') === '' && git('rev-parse', 'HEAD^{tree}') === tested;
}

function replayStep() {
  const main = 'dist/test/replay/main.js';
  const data = process.env.AFTERGLOW_DATA;
  const step = { name: 'replay', args: ['--enable-source-maps', main] };
  if (!existsSync(fromRoot(main))) return { ...step, skip: 'there is no replay in this tree' };
  if (!data || !existsSync(data)) return { ...step, skip: 'no data: AFTERGLOW_DATA names no folder' };
  return step;
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
failed.push(...(await runSteps([replayStep()])));
finish('verify', failed);
