/**
 * Asks the registry for known weaknesses of the packages in the lock file; severe ones fail. Where the registry can't be asked, that
 * is said and nothing is concluded from it.
 */
import { spawnSync } from 'node:child_process';
import { root } from './workspace.mjs';

const SEVERE = ['high', 'critical'];

const { stdout } = spawnSync('npm', ['audit', '--json', '--fetch-retries=1', '--fetch-timeout=20000'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
const report = JSON.parse(stdout || '{}');
if (report.vulnerabilities === undefined) {
  console.log(`audit: not done, the registry can't be asked (${report.message ?? 'no answer'})`);
} else {
  const found = Object.values(report.vulnerabilities);
  const severe = found.filter(({ severity }) => SEVERE.includes(severity));
  for (const { name, severity, range } of severe) console.error(`${severity}: ${name} ${range}`);
  console.log(`audit: ${found.length} packages with known weaknesses, ${severe.length} of them severe`);
  process.exitCode = severe.length > 0 ? 1 : 0;
}
