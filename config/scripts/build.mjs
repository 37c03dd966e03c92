/**
 * Compiles apps, libs, config and test into dist/, only when a source changed since the last time.
 * `--force` compiles regardless.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { fromRoot, requirePackages, root, seconds } from './workspace.mjs';

const FOLDERS = ['apps', 'libs', 'config', 'test'];
const BUILD_INPUTS = ['nest-cli.json', 'tsconfig.json', 'config/swcrc.json', 'package-lock.json'];
const STAMP = fromRoot('dist', '.build-stamp');
const SKIPPED = new Set([fromRoot('apps', 'console'), fromRoot('config', 'presets')]);

function filesBelow(folder, wanted) {
  if (!existsSync(folder) || SKIPPED.has(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesBelow(file, wanted);
    return wanted(entry.name) ? [file] : [];
  });
}

const isSource = (name) => name.endsWith('.ts') && !name.endsWith('.spec.ts') && !name.endsWith('.d.ts');
const sources = () => FOLDERS.flatMap((folder) => filesBelow(fromRoot(folder), isSource)).sort();

// By content, not by time: a fresh checkout or an unpacked image does not build again for nothing.
function fingerprint(files) {
  const hash = createHash('sha256');
  for (const file of [...BUILD_INPUTS.map((input) => fromRoot(input)).filter(existsSync), ...files]) {
    hash
      .update(`${path.relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

/** A deleted source must not live on as a compiled file. */
function removeOrphans(files) {
  const compiled = new Set(files.map((file) => fromRoot('dist', path.relative(root, file)).replace(/\.ts$/, '.js')));
  const emitted = FOLDERS.flatMap((folder) =>
    filesBelow(fromRoot('dist', folder), (name) => /\.js(\.map)?$/.test(name)),
  );
  for (const file of emitted) if (!compiled.has(file.replace(/\.map$/, ''))) rmSync(file);
}

/** Returns whether anything was compiled; ends the process when compiling fails. */
export function buildWhenStale({ force = false } = {}) {
  const files = sources();
  // an image that ships dist alone has nothing to compile
  if (files.length === 0) return false;
  const print = fingerprint(files);
  if (!force && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === print) return false;

  requirePackages();
  const startedAt = performance.now();
  rmSync(STAMP, { force: true });
  const nest = fromRoot('node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  const result = spawnSync(process.execPath, [nest, 'build', 'standalone', '--silent'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (result.status !== 0) {
    console.error(`${result.stdout}${result.stderr}the build failed: mend the file named above`);
    process.exit(result.status ?? 1);
  }
  removeOrphans(files);
  mkdirSync(path.dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, print);
  console.error(`built ${files.length} files in ${seconds(startedAt)} s`);
  return true;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const isForced = process.argv.includes('--force');
  if (!buildWhenStale({ force: isForced })) console.error('dist is up to date');
}
