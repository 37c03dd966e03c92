import { PermanentError } from '#app/domain';
import { EmbeddedPostgres } from '#app/persistence';
import type { Config } from '#app/platform';
import { ownSecretKey } from './own-secret-key.js';
import type { PrepareOptions } from './prepare-process.js';

/** Name of the database in a server of our own. */
export const DATABASE = 'afterglow';

/** A PostgreSQL of our own in DATA_DIR, for an installation that names no other. */
export class OwnDatabase {
  private server: EmbeddedPostgres | null = null;
  /** Where the database lies; null while it isn't ours. */
  directory: string | null = null;

  /** What `startProcess` and `openInstallation` need of it. */
  readonly options: Pick<PrepareOptions, 'startDatabase' | 'configOptions'> = {
    startDatabase: (config) => this.start(config),
    configOptions: { ownSecretKey },
  };

  /** The connection of the owner: of DATABASE_URL, of the server that already runs in DATA_DIR, or of one that is started. */
  async connect(config: Config): Promise<string> {
    const { url, dataDir } = config.database;
    return url ?? (await EmbeddedPostgres.urlOfRunning(dataDir, DATABASE)) ?? (await this.start(config));
  }

  async stop(): Promise<void> {
    await this.server?.stop();
  }

  private async start({ database }: Config): Promise<string> {
    const server = new EmbeddedPostgres({ dataDir: database.dataDir, log: (line) => console.log(line) });
    try {
      const started = await server.start();
      this.server = server;
      this.directory = started.relocated
        ? `${started.directory} (PostgreSQL's user cannot enter ${database.dataDir})`
        : started.directory;
      await server.createDatabase(DATABASE);
    } catch (cause) {
      // its errors are sentences for the terminal
      throw new PermanentError('configuration', cause instanceof Error ? cause.message : String(cause), { cause });
    }
    return server.url(DATABASE);
  }
}
