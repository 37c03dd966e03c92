import { loadConfig } from '#app/platform';
import { OwnDatabase } from './own-database.js';
import { ownSecretKey } from './own-secret-key.js';

export interface Owner {
  /** Connection of the role that owns the database. */
  readonly ownerUrl: string;
  /** The present one, which seals, then those that still open. */
  readonly secretKeys: readonly string[];
}

/** For commands that work on the database as a whole: the settings are read, and nothing is migrated. */
export async function withOwner<T>(work: (owner: Owner) => Promise<T>): Promise<T> {
  const config = loadConfig({ ownSecretKey });
  const database = new OwnDatabase();
  try {
    return await work({ ownerUrl: await database.connect(config), secretKeys: config.secretKeys });
  } finally {
    await database.stop();
  }
}
