/**
 * Writes docs/guarantees.json and docs/guarantees.md: what is there, renewed by what `npm run faults` has noted in
 * .data/proofs (or in the folder named as argument). Rows whose test is gone are dropped.
 */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildWhenStale } from './build.mjs';
import { fromRoot } from './workspace.mjs';

buildWhenStale();
const { newestOf, renderGuarantees } = await import(
  pathToFileURL(fromRoot('dist', 'config', 'guarantees.docs.js')).href
);

const kept = fromRoot('docs', 'guarantees.json');
const folder = process.argv[2] ?? fromRoot('.data', 'proofs');

function notedIn(place) {
  if (!existsSync(place)) return [];
  const files = readdirSync(place).map((name) => path.join(place, name));
  return files
    .sort((one, other) => statSync(one).mtimeMs - statSync(other).mtimeMs)
    .flatMap((file) => readFileSync(file, 'utf8').trim().split('\n'))
    .map((line) => JSON.parse(line));
}

const isThere = ({ file, title }) => existsSync(fromRoot(file)) && readFileSync(fromRoot(file), 'utf8').includes(title);

const known = existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : [];
const proofs = newestOf([...known, ...notedIn(folder)].filter(isThere));
writeFileSync(kept, `[\n${proofs.map((proof) => `  ${JSON.stringify(proof)}`).join(',\n')}\n]\n`);
writeFileSync(fromRoot('docs', 'guarantees.md'), renderGuarantees(proofs));
