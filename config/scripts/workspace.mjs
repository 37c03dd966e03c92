/** What every script of this folder needs to know about the tree. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');
export const fromRoot = (...parts) => path.join(root, ...parts);

export const seconds = (sinceMs) => ((performance.now() - sinceMs) / 1000).toFixed(1);

/** The packages that package.json asks for and node_modules lacks. */
export function missingPackages(kinds = ['dependencies', 'devDependencies']) {
  const manifest = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8'));
  const wanted = kinds.flatMap((kind) => Object.keys(manifest[kind] ?? {}));
  return wanted.filter((name) => !existsSync(fromRoot('node_modules', name, 'package.json')));
}

export function requirePackages(kinds) {
  const missing = missingPackages(kinds);
  if (missing.length === 0) return;
  console.error(`${missing.length} packages are not installed (${missing.slice(0, 3).join(', ')}…): run npm ci first`);
  process.exit(1);
}

export const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Whoever ends us ends the child as well; otherwise it would work on for nobody. */
export function passOnSignals(child) {
  for (const signal of ENDING_SIGNALS) {
    const passOn = () => child.kill(signal);
    process.on(signal, passOn);
    child.once('close', () => process.off(signal, passOn));
  }
}

/** Runs this Node with these arguments in our own terminal; resolves with its exit code, 1 where it was killed. */
export function runNode(args, env = {}) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  passOnSignals(child);
  return new Promise((resolve) => {
    child.once('error', () => resolve(1));
    child.once('close', (code) => resolve(code ?? 1));
  });
}
