/** Runs Jest; arguments are Jest's own (`--selectProjects unit`, a path, `-t`). Tests that boot the system get a fresh build. */
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildWhenStale } from './build.mjs';
import { fromRoot, requirePackages, runNode } from './workspace.mjs';

requirePackages();
const args = process.argv.slice(2);
const isPure = args.includes('--selectProjects') && !args.some((arg) => /^(medium|e2e|faults)$/.test(arg));
if (!isPure) buildWhenStale();

const folder = process.env.AFTERGLOW_RESULTS;
const report = folder && path.join(folder, `jest-${process.pid}.json`);
const status = await runNode([
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  fromRoot('node_modules', 'jest', 'bin', 'jest.js'),
  '--config',
  fromRoot('config', 'jest.config.mjs'),
  ...(report ? ['--json', `--outputFile=${report}`] : []),
  ...args,
]);
// a Jest that fell over before it could count is a failure too
if (status !== 0 && report && !existsSync(report)) writeFileSync(report, JSON.stringify({ passed: 0, failed: 1 }));
process.exit(status);
