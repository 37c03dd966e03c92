/** Runs Jest; arguments are Jest's own (`--selectProjects unit`, a path, `-t`). Tests that boot the system get a fresh build. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { buildWhenStale } from './build.mjs';
import { fromRoot, requirePackages, root } from './workspace.mjs';

requirePackages();
const args = process.argv.slice(2);
const isPure = args.includes('--selectProjects') && !args.some((arg) => arg === 'medium' || arg === 'e2e');
if (!isPure) buildWhenStale();

const results = process.env.AFTERGLOW_RESULTS;
const report = results ? ['--json', `--outputFile=${path.join(results, `jest-${process.pid}.json`)}`] : [];
const { status } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    fromRoot('node_modules', 'jest', 'bin', 'jest.js'),
    '--config',
    fromRoot('config', 'jest.config.mjs'),
    ...report,
    ...args,
  ],
  { cwd: root, stdio: 'inherit' },
);
process.exit(status ?? 1);
