/** Writes the documents that are derived from code: .env.example, the configuration table of README.md, docs/errors.md, the tables of docs/privacy.md. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { buildWhenStale } from './build.mjs';
import { fromRoot } from './workspace.mjs';

buildWhenStale();
const { renderEnvExample, renewReadme } = await import(pathToFileURL(fromRoot('dist', 'config', 'env.docs.js')).href);
const { renewPrivacyPage } = await import(pathToFileURL(fromRoot('dist', 'config', 'privacy.docs.js')).href);
const errorsDocument = fromRoot('dist', 'libs', 'platform', 'src', 'http', 'errors-document.js');
const { renderErrorsDocument } = await import(pathToFileURL(errorsDocument).href);

writeFileSync(fromRoot('docs', 'errors.md'), renderErrorsDocument());
const privacyPage = fromRoot('docs', 'privacy.md');
writeFileSync(privacyPage, renewPrivacyPage(readFileSync(privacyPage, 'utf8')));
writeFileSync(fromRoot('.env.example'), renderEnvExample());
const readme = fromRoot('README.md');
if (existsSync(readme)) writeFileSync(readme, renewReadme(readFileSync(readme, 'utf8')));
