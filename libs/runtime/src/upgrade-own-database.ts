import { rm } from 'node:fs/promises';
import path from 'node:path';
import { PermanentError } from '#app/domain';
import { finishRestore, restoreBackup, takeBackup, upgradeCluster } from '#app/persistence';
import { loadConfig } from '#app/platform';
import { DATABASE } from './own-database.js';
import { ownSecretKey } from './own-secret-key.js';

/**
 * From the PostgreSQL that made the database in DATA_DIR to the one that we bring.
 * @param programs folder with the programs of the older one
 * @returns what was done, as a sentence
 */
export async function upgradeOwnDatabase(programs: string): Promise<string> {
  const { database, secretKeys } = loadConfig({ ownSecretKey });
  if (database.url !== undefined) {
    throw new PermanentError(
      'validation',
      'DATABASE_URL names a server of your own: upgrade it by its own means, or back up and restore into a newer one.',
    );
  }
  const place = path.join(database.dataDir, 'upgrade', 'rows.tar.gz');
  const upgraded = await upgradeCluster({
    dataDir: database.dataDir,
    programs,
    database: DATABASE,
    log: (line) => console.log(line),
    move: async (fromUrl, toUrl) => {
      await takeBackup({ ownerUrl: fromUrl, secretKeys, place, recipients: [] });
      // nothing ran meanwhile: journeys go on where they were
      await restoreBackup({ ownerUrl: toUrl, secretKeys, file: place, identities: [], holdJourneys: false });
      await finishRestore(toUrl);
      await rm(place, { force: true });
    },
  }).catch((cause: unknown) => {
    if (cause instanceof PermanentError) throw cause;
    // its errors are sentences for the terminal
    throw new PermanentError('configuration', cause instanceof Error ? cause.message : String(cause), { cause });
  });
  if (upgraded === undefined) return 'The database is of the version that Afterglow brings: there is nothing to do.';
  return `The database was taken over. The old one is in ${upgraded.kept}: delete it when all is well.`;
}
