/** Writes the documents that are derived from code: .env.example, the configuration table of README.md, docs/errors.md. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { buildWhenStale } from './build.mjs';
import { fromRoot } from './workspace.mjs';

buildWhenStale();
const { renderEnvExample, renewReadme } = await import(pathToFileURL(fromRoot('dist', 'config', 'env.docs.js')).href);
const errorsDocument = fromRoot('dist', 'libs', 'platform', 'src', 'http', 'errors-document.js');
const { renderErrorsDocument } = await import(pathToFileURL(errorsDocument).href);

writeFileSync(fromRoot('docs', 'errors.md'), renderErrorsDocument());
writeFileSync(fromRoot('.env.example'), renderEnvExample());
const readme = fromRoot('README.md');
if (existsSync(readme)) writeFileSync(readme, renewReadme(readFileSync(readme, 'utf8')));
