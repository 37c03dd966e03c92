import 'reflect-metadata';
import { EmbeddedPostgres } from '#app/persistence';
import type { Config } from '#app/platform';
import { startProcess } from '#app/runtime';
import { configureApi } from '../../api/src/configure-api.js';
import { ownSecretKey } from './own-secret-key.js';
import { StandaloneModule } from './standalone.module.js';
import { welcome } from './welcome.js';

const DATABASE = 'afterglow';

let server: EmbeddedPostgres | null = null;
let directory: string | null = null;

/** A PostgreSQL of our own in DATA_DIR. */
async function startDatabase({ database }: Config): Promise<string> {
  server = new EmbeddedPostgres({ dataDir: database.dataDir, log: (line) => console.log(line) });
  const started = await server.start();
  directory = started.relocated ? `${started.directory} (its user cannot enter ${database.dataDir})` : started.directory;
  await server.createDatabase(DATABASE);
  return server.url(DATABASE);
}

const started = await startProcess({
  name: 'standalone',
  module: StandaloneModule,
  configure: configureApi,
  startDatabase,
  configOptions: { ownSecretKey },
  withOwnerKey: true,
  afterClose: async () => server?.stop(),
});
console.log(welcome(started, directory));
