/** Breaks a running system on purpose, in test/faults; arguments are Jest's own. */
import { spawnSync } from 'node:child_process';
import { fromRoot, root } from './workspace.mjs';

const { status } = spawnSync(
  process.execPath,
  [fromRoot('config', 'scripts', 'test.mjs'), '--selectProjects', 'faults', '--runInBand', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit', env: { ...process.env, AFTERGLOW_FAULTS: 'yes' } },
);
process.exit(status ?? 1);
