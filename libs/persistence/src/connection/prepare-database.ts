import { refuseUnfinishedRestore } from '../archive/unfinished-restore.js';
import { APP_ROLE, completeSchema, inMigrationLock, passwordOf, QUEUE_ROLE } from './prepare-schema.js';

export interface PreparedDatabase {
  /** Runs the application: sees one shop's rows at a time, owns nothing. */
  readonly appUrl: string;
  /** Runs BullMQ on PostgreSQL: sees the schema `bullmq` and nothing else. */
  readonly queueUrl: string;
  /** What links and hashes are made with, see `SecretKeyring`. */
  readonly root: Uint8Array;
}

/**
 * Brings a database up to date: the two runtime roles with passwords derived from a key of the installation, the queue's schema, pending
 * migrations, partitions for the months ahead. Safe to run from several processes at once and on every start.
 * @param options.ownerUrl connection of a role that may create roles and owns (or may create in) the database
 * @param options.allowLossy accept a server that runs without fsync: throw-away test clusters only
 * @param options.endsRestore this process is the one that restores a backup: nobody else gets in until it has finished
 */
export async function prepareDatabase(options: {
  ownerUrl: string;
  secretKeys: readonly string[];
  allowLossy?: boolean;
  endsRestore?: boolean;
}): Promise<PreparedDatabase> {
  const { root, roles } = await inMigrationLock(options.ownerUrl, async (client) => {
    if (!options.endsRestore) await refuseUnfinishedRestore(client);
    return completeSchema(client, options);
  });
  return {
    appUrl: withRole(options.ownerUrl, APP_ROLE, passwordOf(APP_ROLE, roles)),
    queueUrl: withRole(options.ownerUrl, QUEUE_ROLE, passwordOf(QUEUE_ROLE, roles)),
    root,
  };
}

function withRole(ownerUrl: string, role: string, password: string): string {
  const url = new URL(ownerUrl);
  url.username = role;
  url.password = password;
  return url.href;
}
