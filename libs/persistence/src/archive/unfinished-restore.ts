import { Client } from 'pg';
import { PermanentError } from '#app/domain';

/** A schema that is there while a restore is under way, and is left behind by one that was interrupted. */
const MARK = 'afterglow_restore';

const STATE = `
select to_regnamespace('${MARK}') is not null as unfinished, to_regclass('app.shop') is not null as migrated,
  (select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
    and application_name like 'afterglow%')::int as others`;

/** @throws PermanentError while a database holds half of what is being restored */
export async function refuseUnfinishedRestore(client: Client): Promise<void> {
  const { rows } = await client.query<{ unfinished: boolean }>(
    `select to_regnamespace('${MARK}') is not null as unfinished`,
  );
  if (!rows[0]?.unfinished) return;
  throw new PermanentError(
    'configuration',
    'A backup is being restored into this database, or was and did not get to its end. Run "afterglow restore" again.',
  );
}

/** @throws PermanentError where there is something that a restore would overwrite */
export async function refuseFullDatabase(client: Client): Promise<void> {
  const { rows } = await client.query<{ unfinished: boolean; migrated: boolean; others: number }>(STATE);
  const { unfinished = false, migrated = false, others = 0 } = rows[0] ?? {};
  if (others > 0)
    throw new PermanentError('conflict', 'Afterglow runs on this database. Stop all its processes, then restore.');
  if (unfinished || !migrated) return;
  const shops = await client.query('select 1 from app.shop limit 1');
  if (shops.rowCount === 0) return;
  throw new PermanentError(
    'conflict',
    'This database holds an installation already. A backup is restored into an empty one: name another in DATABASE_URL or DATA_DIR.',
  );
}

/** From here until `finishRestore` nothing starts on the database. */
export async function beginRestore(client: Client): Promise<void> {
  await client.query(
    `begin; create schema if not exists ${MARK}; drop schema if exists app cascade; drop schema if exists bullmq cascade; commit`,
  );
}

/** Called when whatever belongs to the restore has been done, the erasures since the backup among it. */
export async function finishRestore(ownerUrl: string): Promise<void> {
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query(`drop schema if exists ${MARK} cascade`);
  } finally {
    await client.end();
  }
}
