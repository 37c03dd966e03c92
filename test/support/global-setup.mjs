/**
 * One throw-away PostgreSQL for the whole run, with the migrations applied once to a template database. The test files
 * clone the template (test-database.ts); they learn of it through AFTERGLOW_TEST_DATABASE.
 */
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildWhenStale } from '../../config/scripts/build.mjs';
import { fromRoot, seconds } from '../../config/scripts/workspace.mjs';

const TEMPLATE = 'afterglow_template';

export default async function setup() {
  const startedAt = performance.now();
  buildWhenStale();
  const compiled = (file) => import(pathToFileURL(fromRoot('dist', file)).href);
  const { EmbeddedPostgres, prepareDatabase } = await compiled('libs/persistence/src/index.js');
  const { removeWithUs } = await compiled('test/support/end-with-us.js');

  const folder = mkdtempSync(path.join(tmpdir(), 'afterglow-test-'));
  // the server may run under an account of its own, which must be able to reach its data below this folder
  chmodSync(folder, 0o755);
  const server = new EmbeddedPostgres({ dataDir: folder, unsafe: true, settings: { max_connections: '200' } });
  const { directory } = await server.start();
  // Jest may be interrupted between setup and teardown; the server must not outlive it
  for (const place of new Set([folder, directory])) removeWithUs(place);
  globalThis.afterglowTestServer = server;

  await server.createDatabase(TEMPLATE);
  const ownerUrl = server.url(TEMPLATE);
  const secretKey = 'a secret key for tests, thirty-two bytes or more';
  const urls = await prepareDatabase({ ownerUrl, secretKeys: [secretKey], allowLossy: true });
  process.env.AFTERGLOW_TEST_DATABASE = JSON.stringify({ ...urls, ownerUrl, template: TEMPLATE });
  console.error(`PostgreSQL is up and migrated in ${seconds(startedAt)} s`);
}
