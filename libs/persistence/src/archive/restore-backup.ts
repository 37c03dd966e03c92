import { finished } from 'node:stream/promises';
import { once } from 'node:events';
import { Client, DatabaseError } from 'pg';
import { type CopyStreamQuery, from as copyFrom } from 'pg-copy-streams';
import { PermanentError } from '#app/domain';
import { migrations } from '../migrations/index.js';
import { completeSchema, inMigrationLock, prepareSchema } from '../connection/prepare-schema.js';
import { keyMarkOf, MANIFEST, type Manifest, manifestSchema, type Sums, SUMS, sumsSchema } from './archive-contents.js';
import { type ArchiveEntry, damaged, readArchive } from './archive-file.js';
import { beginRestore, refuseFullDatabase } from './unfinished-restore.js';
import { fixForms, listOf, quoted, readTables, sumOf } from './table-catalogue.js';

/** Tables whose owner is bound by row-level security too. */
const FORCED = `
select relname as name from pg_class
where relnamespace = 'app'::regnamespace and relforcerowsecurity and relname = any ($1)`;

export interface RestoreOptions {
  /** Connection of the database's owner; the database must be empty. */
  readonly ownerUrl: string;
  /** The present one, which seals, then those that still open. */
  readonly secretKeys: readonly string[];
  readonly file: string;
  /** Secret keys of age (`AGE-SECRET-KEY-…`); of no matter for a file that isn't sealed. */
  readonly identities: readonly string[];
  /** What went out after the backup is not known: journeys of every shop stand still until somebody decides. */
  readonly holdJourneys: boolean;
  /** Accept a server that runs without fsync: throw-away test clusters only. */
  readonly allowLossy?: boolean;
}

export interface RestoreReport {
  readonly takenAt: string;
  readonly rows: number;
}

/**
 * Loads an archive into an empty database and brings its schema up to date. Until `finishRestore` no process of Afterglow starts on the
 * database; an interrupted restore is simply begun again.
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreReport> {
  const entries = readArchive(options.file, options.identities);
  try {
    const manifest = await readManifest(entries, options);
    return await inMigrationLock(options.ownerUrl, async (client) => {
      await refuseFullDatabase(client);
      await beginRestore(client);
      const schema = { ...options, level: manifest.migrations.length };
      await prepareSchema(client, schema);
      const rows = await load(client, manifest, entries, options);
      const madeFrom = options.secretKeys.find((key) => keyMarkOf(key) === manifest.keyMark);
      await completeSchema(client, { ...options, madeFrom });
      await client.query('analyze');
      return { takenAt: manifest.takenAt, rows };
    });
  } finally {
    await entries.return(undefined);
  }
}

async function readManifest(entries: AsyncIterator<ArchiveEntry>, options: RestoreOptions): Promise<Manifest> {
  const first = await entries.next();
  if (first.done || first.value.name !== MANIFEST) throw damaged(options.file);
  const read = manifestSchema.safeParse(await jsonOf(first.value));
  if (!read.success) throw damaged(options.file, read.error);
  const known = migrations.map(({ name }) => name);
  if (read.data.migrations.some((name, index) => name !== known[index])) {
    throw new PermanentError(
      'validation',
      `${options.file} was made by a newer Afterglow (${read.data.migrations.at(-1)}). Restore it with that one.`,
    );
  }
  const ours = options.secretKeys.map(keyMarkOf);
  if (!(read.data.keyMarks ?? [read.data.keyMark]).every((mark) => ours.includes(mark))) {
    throw new PermanentError(
      'configuration',
      'The backup belongs to another SECRET_KEY: its secrets and the addresses not to write to could not be read. ' +
        'Set the one of the installation that it was taken from (standalone: put back secret.key in DATA_DIR); ' +
        'if it has another one by now, name the old one in SECRET_KEY_FALLBACKS.',
    );
  }
  return read.data;
}

/** All or nothing: one transaction, which the end of this process takes back. */
async function load(
  client: Client,
  manifest: Manifest,
  entries: AsyncIterable<ArchiveEntry>,
  options: RestoreOptions,
): Promise<number> {
  await client.query('begin');
  await fixForms(client);
  for (const month of manifest.months) await client.query('select app.ensure_partitions($1::date)', [month]);
  const tables = await readTables(client);
  refuseOtherTables(manifest, tables, options.file);
  const forced = await openTables(client, tables);
  const sums = await copyAll(client, manifest, entries, options.file);
  const rows = await compare(client, tables, sums, options.file);
  for (const [name, value] of Object.entries(sums.sequences))
    if (value !== null) await client.query(`select setval($1::regclass, $2)`, [`app.${quoted(name)}`, value]);
  await closeTables(client, tables, forced);
  if (options.holdJourneys)
    await client.query(`update app.shop set paused_at = app.now(), pause_scope = 'journeys' where paused_at is null`);
  await client.query('commit');
  return rows;
}

function refuseOtherTables(manifest: Manifest, tables: Manifest['tables'], file: string): void {
  const text = (list: Manifest['tables']): string =>
    list
      .map(({ name, columns }) => `${name} ${[...columns].sort().join(' ')}`)
      .sort()
      .join('\n');
  if (text(manifest.tables) !== text(tables))
    throw damaged(file, new Error('its tables are not those of its migrations'));
}

/** Rows are loaded as they are: no trigger notes them as news, and the owner is not kept from them by the rules for shops. */
async function openTables(client: Client, tables: Manifest['tables']): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(FORCED, [tables.map(({ name }) => name)]);
  for (const { name } of tables) await client.query(`alter table app.${quoted(name)} disable trigger user`);
  for (const { name } of rows) await client.query(`alter table app.${quoted(name)} no force row level security`);
  return rows.map(({ name }) => name);
}

async function closeTables(client: Client, tables: Manifest['tables'], forced: readonly string[]): Promise<void> {
  for (const { name } of tables) await client.query(`alter table app.${quoted(name)} enable trigger user`);
  for (const name of forced) await client.query(`alter table app.${quoted(name)} force row level security`);
}

async function copyAll(
  client: Client,
  manifest: Manifest,
  entries: AsyncIterable<ArchiveEntry>,
  file: string,
): Promise<Sums> {
  const into = new OpenTable(client);
  try {
    for await (const entry of entries) {
      if (entry.name === SUMS) {
        await into.finish();
        return await readSums(entry, file);
      }
      const table = manifest.tables.find(({ name }) => entry.name.startsWith(`${name}/`));
      if (!table) throw damaged(file, new Error(`${entry.name} belongs to no table`));
      await into.add(table, entry.body);
    }
  } catch (error) {
    into.giveUp();
    throw isOfTheRows(error) ? damaged(file, error) : error;
  }
  throw damaged(file, new Error('it ends too early'));
}

/** Data and constraints (classes 22 and 23): a byte that changed may reach PostgreSQL before the end of the file tells of it. */
function isOfTheRows(error: unknown): boolean {
  return error instanceof DatabaseError && /^2[23]/.test(error.code ?? '');
}

/** The table into which rows are being copied: the entries of one come one after the other. */
class OpenTable {
  private name: string | undefined;
  private stream: CopyStreamQuery | undefined;

  constructor(private readonly client: Client) {}

  async add({ name, columns }: Manifest['tables'][number], body: AsyncIterable<Buffer>): Promise<void> {
    if (this.name !== name) {
      await this.finish();
      this.name = name;
      this.stream = this.client.query(
        copyFrom(`copy app.${quoted(name)} (${listOf(columns)}) from stdin with (format text)`),
      );
      // told by the next write, or by `finish`
      this.stream.on('error', () => undefined);
    }
    for await (const chunk of body) {
      if (this.stream?.errored) throw this.stream.errored;
      if (this.stream?.write(chunk) === false) await once(this.stream, 'drain');
    }
  }

  async finish(): Promise<void> {
    const { stream } = this;
    if (!stream) return;
    this.stream = undefined;
    this.name = undefined;
    stream.end();
    await finished(stream);
  }

  giveUp(): void {
    this.stream?.destroy();
  }
}

async function readSums(entry: ArchiveEntry, file: string): Promise<Sums> {
  const read = sumsSchema.safeParse(await jsonOf(entry));
  if (!read.success) throw damaged(file, read.error);
  return read.data;
}

/** What stands in the tables must be what stood in those that the archive was made of. */
async function compare(client: Client, tables: Manifest['tables'], sums: Sums, file: string): Promise<number> {
  let rows = 0;
  for (const table of tables) {
    const [stored, archived] = [await sumOf(client, table), sums.tables[table.name]];
    if (archived === undefined || stored.rows !== archived.rows || stored.sum !== archived.sum)
      throw damaged(file, new Error(`the rows of ${table.name} are not those that were backed up`));
    rows += Number(stored.rows);
  }
  return rows;
}

async function jsonOf({ body }: ArchiveEntry): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
