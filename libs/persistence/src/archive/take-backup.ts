import { statSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { PermanentError } from '#app/domain';
import { keyMarkOf, MANIFEST, type Manifest, type Sums, SUMS } from './archive-contents.js';
import { type AddEntry, writeArchive } from './archive-file.js';
import { readInstallationKeys } from '../keys/installation-keys.js';
import { fixForms, listOf, quoted, readMonths, readSequences, readTables, sumOf } from './table-catalogue.js';

/** Entries of an archive are about this long: tar wants to know the length before the bytes. */
const ENTRY_BYTES = 1_048_576;

export interface BackupOptions {
  /** Connection of the database's owner, who sees every shop. */
  readonly ownerUrl: string;
  readonly secretKeys: readonly string[];
  /** A file, or a folder, in which each backup gets a file named after its time. */
  readonly place: string;
  /** Public keys of age (`age1…`); none: the file is not sealed. */
  readonly recipients: readonly string[];
}

export interface BackupReport {
  readonly file: string;
  readonly takenAt: string;
  readonly rows: number;
  readonly tables: number;
}

/**
 * Writes the rows of every table as they stood at one instant, while the system goes on. The queue is left out: it holds hints, and
 * whatever is due is found again by its row.
 */
export async function takeBackup(options: BackupOptions): Promise<BackupReport> {
  const client = new Client({ connectionString: options.ownerUrl, application_name: 'afterglow-backup' });
  // a server that goes away rejects the query under way as well
  client.on('error', () => undefined);
  await client.connect();
  try {
    const manifest = await describe(client, await lockTables(client), options.secretKeys);
    const file = fileFor(options, manifest.takenAt);
    let rows = 0;
    await writeArchive(file, options.recipients, async (add) => {
      rows = await copyAll(client, manifest, add);
    });
    await client.query('commit');
    return { file, takenAt: manifest.takenAt, rows, tables: manifest.tables.length };
  } finally {
    await client.end();
  }
}

/** Begins the snapshot. The locks stand only against changes of the tables themselves, and are there before the snapshot is. */
async function lockTables(client: Client): Promise<Manifest['tables']> {
  const { rows } = await client.query<{ there: boolean }>(`select to_regclass('app.shop') is not null as there`);
  if (!rows[0]?.there)
    throw new PermanentError('validation', 'There is nothing to back up: this database has no tables of Afterglow.');
  const tables = await readTables(client);
  await client.query('begin isolation level repeatable read read only');
  await client.query(`lock table ${tables.map(({ name }) => `app.${quoted(name)}`).join(', ')} in access share mode`);
  await fixForms(client);
  return readTables(client);
}

function fileFor({ place, recipients }: BackupOptions, takenAt: string): string {
  if (!(statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false)) return place;
  const stamp = takenAt.replaceAll(/[-:]/g, '');
  return path.join(place, `afterglow-${stamp}.tar.gz${recipients.length > 0 ? '.age' : ''}`);
}

/** @returns how many rows there are */
async function copyAll(client: Client, manifest: Manifest, add: AddEntry): Promise<number> {
  await add(MANIFEST, json(manifest));
  const sums: Sums = { tables: {}, sequences: await readSequences(client) };
  let rows = 0;
  for (const table of manifest.tables) {
    await copyTable(client, table, add);
    const sum = await sumOf(client, table);
    sums.tables[table.name] = sum;
    rows += Number(sum.rows);
  }
  await add(SUMS, json(sums));
  return rows;
}

async function describe(client: Client, tables: Manifest['tables'], secretKeys: readonly string[]): Promise<Manifest> {
  const marks = await keyMarks(client, tables, secretKeys);
  const { rows } = await client.query<{ at: string; version: string; names: string[] }>(
    `select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at,
       current_setting('server_version') as version,
       (select array_agg(name::text order by timestamp) from app.schema_migration) as names`,
  );
  const { at = '', version = '', names = [] } = rows[0] ?? {};
  return {
    format: 1,
    takenAt: at,
    postgres: version,
    migrations: names,
    keyMark: marks[0] ?? '',
    keyMarks: marks,
    tables,
    months: await readMonths(client),
  };
}

/** Of the present key, and of those before it while something may still be sealed by them. */
async function keyMarks(client: Client, tables: Manifest['tables'], secretKeys: readonly string[]): Promise<string[]> {
  const hasKeys = tables.some(({ name }) => name === 'installation_key');
  const keys = hasKeys ? await readInstallationKeys(client, secretKeys) : undefined;
  return secretKeys.slice(0, (keys?.keyIndex ?? 0) + 1).map(keyMarkOf);
}

async function copyTable(client: Client, { name, columns }: Manifest['tables'][number], add: AddEntry): Promise<void> {
  const source = client.query(
    copyTo(`copy (select ${listOf(columns)} from app.${quoted(name)}) to stdout with (format text)`),
  );
  let held: Buffer[] = [];
  let bytes = 0;
  let number = 0;
  const flush = async (): Promise<void> => {
    if (bytes === 0) return;
    number += 1;
    await add(`${name}/${String(number).padStart(8, '0')}.copy`, Buffer.concat(held));
    held = [];
    bytes = 0;
  };
  for await (const chunk of source as AsyncIterable<Buffer>) {
    held.push(chunk);
    bytes += chunk.length;
    if (bytes >= ENTRY_BYTES) await flush();
  }
  await flush();
}

function json(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}
