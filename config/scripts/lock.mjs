/** The lock file must install on every platform, and must not tie the project to the address it was made at. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fromRoot, root } from './workspace.mjs';

const { packages } = JSON.parse(readFileSync(fromRoot('package-lock.json'), 'utf8'));
const tied = Object.keys(packages).filter((name) => packages[name].resolved !== undefined);
if (tied.length > 0) {
  console.error(`${tied.length} packages of package-lock.json hold "resolved" addresses (${tied[0]}, …).`);
  console.error('Keep omit-lockfile-registry-resolved=true in .npmrc and write the lock file again.');
  process.exit(1);
}

const dryRun = spawnSync('npm', ['ci', '--dry-run', '--ignore-scripts'], { cwd: root, encoding: 'utf8' });
if (dryRun.status !== 0) {
  console.error(`${dryRun.stdout}${dryRun.stderr}`);
  console.error('npm ci would refuse this lock file: install again from package.json and commit the result.');
  process.exit(1);
}
