/** Writes what is derived from config/env.schema.ts: .env.example and the configuration table of README.md. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { buildWhenStale } from './build.mjs';
import { fromRoot } from './workspace.mjs';

buildWhenStale();
const { renderEnvExample, renewReadme } = await import(pathToFileURL(fromRoot('dist', 'config', 'env.docs.js')).href);

writeFileSync(fromRoot('.env.example'), renderEnvExample());
const readme = fromRoot('README.md');
if (existsSync(readme)) writeFileSync(readme, renewReadme(readFileSync(readme, 'utf8')));
