import { Injectable } from '@nestjs/common';
import { type Commit, currentActor, Transaction, UnitOfWork } from '#app/application';
import { AfterglowError, TransientError } from '#app/domain';
import { escapeLiteral, type PoolClient, type QueryResultRow } from 'pg';
import { AsyncLocalStorage } from 'node:async_hooks';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MAX_TRIES = 3;
const LOCK_TIMEOUT = '55P03';
/** serialization_failure, deadlock_detected */
const RETRYABLE = new Set(['40001', '40P01']);
/** lock_not_available, query_canceled (a statement that ran out of its time), and retryable ones after all tries */
const BUSY = new Set([LOCK_TIMEOUT, '57014', ...RETRYABLE]);
/** SQLSTATE classes, and errors of sockets and names that mean: the database can't be used at the moment. */
const UNAVAILABLE =
  /^(08|53|57P|58)|^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|EMFILE|ENFILE)$/;

/**
 * A transaction on one pooled connection. It takes nothing more once it is over: of several things that are done at once one may fail
 * while others go on, and what those still send must not end up in the next transaction of the connection.
 */
export class PgTransaction extends Transaction {
  private isOver = false;

  constructor(
    readonly shopId: string | null,
    private readonly client: PoolClient,
    /** For the few tables with entities. Use find, insert and update: `save` would open a transaction of its own. */
    readonly manager: EntityManager,
  ) {
    super();
  }

  /** Rows of a parameterised statement. Statements with the same `name` are prepared once per connection. */
  async query<T extends QueryResultRow = QueryResultRow>(
    text: string,
    values: unknown[] = [],
    name?: string,
  ): Promise<T[]> {
    const result = await this.open().query<T>({ text, values, ...(name ? { name } : {}) });
    return result.rows;
  }

  /** Runs a statement for its effect; returns the number of rows it touched. */
  async run(text: string, values: unknown[] = []): Promise<number> {
    const result = await this.open().query({ text, values });
    return result.rowCount ?? 0;
  }

  /** Whoever still holds it gets an error from now on. What was sent before is ahead of the commit or the rollback. */
  end(): void {
    this.isOver = true;
  }

  /** A part of it that ends by itself. */
  part(): PgTransaction {
    return new PgTransaction(this.shopId, this.client, this.manager);
  }

  private open(): PoolClient {
    if (this.isOver) throw new AfterglowError('internal', 'This transaction is over: it was committed or rolled back.');
    return this.client;
  }
}

/** What repositories call first: the handle that use cases pass around, as this lib knows it. */
export function pg(tx: Transaction): PgTransaction {
  if (!(tx instanceof PgTransaction))
    throw new AfterglowError('internal', 'This transaction was not opened by PgUnitOfWork.');
  return tx;
}

@Injectable()
export class PgUnitOfWork extends UnitOfWork {
  /** The transaction that everything joins for the moment. */
  private readonly common = new AsyncLocalStorage<{ readonly tx: PgTransaction; isOver: boolean }>();

  constructor(private readonly dataSource: DataSource) {
    super();
  }

  inShop<T>(shopId: string, work: (tx: Transaction) => Promise<T>, commit: Commit = 'durable'): Promise<T> {
    if (!UUID.test(shopId)) throw new AfterglowError('internal', `"${shopId}" is no shop id.`);
    const common = this.common.getStore();
    if (common?.tx.shopId === shopId && !common.isOver) return joined(common.tx, work);
    const soon = commit === 'soon' ? `, set_config('synchronous_commit', 'off', true)` : '';
    return this.attempt(shopId, `begin; select set_config('app.shop_id', '${shopId}', true)${soon}${actor()}`, work);
  }

  together<T>(shopId: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.inShop(shopId, async (tx) => {
      const common = { tx: pg(tx), isOver: false };
      try {
        return await this.common.run(common, () => work(tx));
      } finally {
        common.isOver = true;
      }
    });
  }

  acrossShops<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.attempt(null, null, work);
  }

  private async attempt<T>(
    shopId: string | null,
    opening: string | null,
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.once(shopId, opening, work);
      } catch (error) {
        const code = sqlState(error);
        if (tries < MAX_TRIES && code !== undefined && RETRYABLE.has(code)) continue;
        throw translate(error, code);
      }
    }
  }

  private async once<T>(
    shopId: string | null,
    opening: string | null,
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const client = await connect(runner);
      const tx = new PgTransaction(shopId, client, runner.manager);
      if (opening === null) return await work(tx).finally(() => tx.end());
      // Not awaited: the first statement of the work travels with it.
      const opened = client.query(opening);
      opened.catch(() => undefined);
      try {
        const result = await work(tx);
        tx.end();
        await opened;
        await client.query('commit');
        return result;
      } catch (error) {
        tx.end();
        await client.query('rollback').catch(() => undefined);
        throw error;
      }
    } finally {
      await runner.release();
    }
  }
}

/** As a transaction of its own would be: what it did is undone when it fails, and the whole may go on. */
async function joined<T>(tx: PgTransaction, work: (tx: Transaction) => Promise<T>): Promise<T> {
  await tx.run('savepoint joined');
  const part = tx.part();
  try {
    const result = await work(part);
    part.end();
    await tx.run('release savepoint joined');
    return result;
  } catch (error) {
    part.end();
    await tx.run('rollback to savepoint joined');
    throw error;
  }
}

/** A lock was not given within `lock_timeout`. */
export function isLockTimeout(error: unknown): boolean {
  return sqlState(error) === LOCK_TIMEOUT;
}

/** Read by the triggers of the audit log. */
function actor(): string {
  const { name, operation, requestId } = currentActor() ?? {};
  if (name === undefined) return '';
  const settings = { actor: name, operation, request_id: requestId };
  return Object.entries(settings)
    .map(([key, value = '']) => `, set_config('app.${key}', ${escapeLiteral(value)}, true)`)
    .join('');
}

async function connect(runner: QueryRunner): Promise<PoolClient> {
  return (await runner.connect()) as PoolClient;
}

function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The same translation for the few queries that run outside a transaction. */
export function translateDatabaseError(error: unknown): unknown {
  return translate(error, sqlState(error));
}

/** Use cases and the HTTP filter know one error for a database that can't be used; its own words stay in the cause. */
function translate(error: unknown, code: string | undefined): unknown {
  if (error instanceof AfterglowError) return error;
  const message = error instanceof Error ? error.message : '';
  if (code !== undefined && BUSY.has(code)) {
    return new TransientError(
      'unavailable',
      'The database is too busy with other work. Nothing was stored; try again.',
      {
        cause: error,
        retryAfterS: 5,
      },
    );
  }
  const isUnavailable =
    (code !== undefined && UNAVAILABLE.test(code)) ||
    /timeout exceeded when trying to connect|Connection terminated|connection timeout/i.test(message);
  if (!isUnavailable) return error;
  return new TransientError(
    'unavailable',
    'The database cannot be reached. Nothing was stored; try again in a moment.',
    { cause: error, retryAfterS: 5 },
  );
}
