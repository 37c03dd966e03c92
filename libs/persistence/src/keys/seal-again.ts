import { Client } from 'pg';
import { PermanentError } from '#app/domain';
import { type Opened, SecretKeyring } from '#app/platform';
import { inMigrationLock, setRolePasswords } from '../connection/prepare-schema.js';
import { renewRoles } from './installation-keys.js';
import { SEALED_COLUMNS, type SealedColumn } from './sealed-columns.js';

const BATCH = 200;
/** What changes meanwhile is looked at again; who changes secrets all the time would keep us busy for ever. */
const MAX_ROUNDS = 5;

export interface SealAgainOptions {
  /** Connection of the database's owner, who sees every shop. */
  readonly ownerUrl: string;
  /** The present SECRET_KEY, then those by which something may still be sealed. */
  readonly secretKeys: readonly string[];
}

export interface SealAgainReport {
  /** Sealed by the present key now, and by another before. */
  readonly moved: number;
  /** Still sealed by an older one: they changed while this went on. */
  readonly left: number;
  /** What none of the keys opens. */
  readonly lost: readonly string[];
}

interface Sealed {
  readonly key: string[];
  readonly sealed: string;
}

/**
 * Seals by the present secret key whatever is sealed by an older one, row by row and beside running processes. Whoever is interrupted
 * begins again: what is done is found done.
 */
export async function sealAgain({ ownerUrl, secretKeys }: SealAgainOptions): Promise<SealAgainReport> {
  const client = new Client({ connectionString: ownerUrl, application_name: 'afterglow-rotate-secrets' });
  // a server that goes away rejects the query under way as well
  client.on('error', () => undefined);
  await client.connect();
  try {
    await refuseOlderDatabase(client);
    const ring = new SecretKeyring(secretKeys);
    let moved = 0;
    for (let rounds = 1; ; rounds += 1) {
      const round = new Round(client, ring);
      for (const column of SEALED_COLUMNS) await round.through(column);
      moved += round.moved;
      const { left, lost } = round;
      if (left === 0 || rounds === MAX_ROUNDS) return { moved, left, lost };
    }
  } finally {
    await client.end();
  }
}

/** Makes the passwords of the runtime roles from the present secret key. Processes that run must be started again to connect anew. */
export async function renewRolePasswords({ ownerUrl, secretKeys }: SealAgainOptions): Promise<void> {
  await inMigrationLock(ownerUrl, async (client) => {
    await refuseOlderDatabase(client);
    await setRolePasswords(client, await renewRoles(client, secretKeys));
  });
}

/** Once through every sealed text. */
class Round {
  readonly lost: string[] = [];
  moved = 0;
  left = 0;

  constructor(
    private readonly client: Client,
    private readonly ring: SecretKeyring,
  ) {}

  async through(column: SealedColumn): Promise<void> {
    let last: readonly string[] | undefined;
    for (;;) {
      const rows = await this.batch(column, last);
      for (const row of rows) await this.one(column, row);
      last = rows.at(-1)?.key;
      if (rows.length < BATCH) return;
    }
  }

  private async batch({ table, column, key }: SealedColumn, after?: readonly string[]): Promise<Sealed[]> {
    const names = key.join(', ');
    const places = key.map((_, index) => `$${index + 1}`).join(', ');
    const beyond = after ? `and (${names}) > (${places})` : '';
    const { rows } = await this.client.query<Sealed>(
      `select array[${key.map((name) => `${name}::text`).join(', ')}] as key, ${column} as sealed
       from app.${table} where ${column} is not null ${beyond} order by ${names} limit ${BATCH}`,
      [...(after ?? [])],
    );
    return rows;
  }

  private async one(column: SealedColumn, { key, sealed }: Sealed): Promise<void> {
    const context = column.context(key);
    let opened: Opened;
    try {
      opened = this.ring.openWithAny(sealed, context);
    } catch {
      this.lost.push(context);
      return;
    }
    if (opened.keyIndex === 0) return;
    // whoever changed it meanwhile has sealed it anew: the next round looks at what that was
    const done = await this.replace(column, key, sealed, this.ring.seal(opened.plain, context));
    if (done) this.moved += 1;
    else this.left += 1;
  }

  private async replace(
    { table, column, key: names }: SealedColumn,
    key: readonly string[],
    before: string,
    after: string,
  ): Promise<boolean> {
    const row = names.map((name, index) => `${name} = $${index + 3}`).join(' and ');
    const { rowCount } = await this.client.query(
      `update app.${table} set ${column} = $2 where ${row} and ${column} = $1`,
      [before, after, ...key],
    );
    return rowCount === 1;
  }
}

async function refuseOlderDatabase(client: Client): Promise<void> {
  const { rows } = await client.query<{ there: boolean }>(
    `select to_regclass('app.installation_key') is not null as there`,
  );
  if (rows[0]?.there) return;
  throw new PermanentError(
    'validation',
    'There is no installation of this version yet. Start Afterglow once, with the SECRET_KEY that it was used with, then change the key.',
  );
}
