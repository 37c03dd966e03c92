import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDataSource, pg, PgUnitOfWork } from '#app/persistence';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { ask } from '../support/ask.js';
import { freshDatabase, type TestDatabase } from '../support/test-database.js';

const SHOP = randomUUID();
const ADD = `insert into app.survey (shop_id, key, definition) values (app.current_shop(), $1, '{}')`;

let database: TestDatabase;
let dataSource: DataSource;
let uow: PgUnitOfWork;

beforeAll(async () => {
  database = await freshDatabase('transaction_end');
  await ask(
    database.ownerUrl,
    `insert into app.shop (id, name, time_zone, currency, locale) values ('${SHOP}', 'Shop', 'UTC', 'EUR', 'en')`,
  );
  // the next transaction gets the same connection
  dataSource = await createDataSource(database.appUrl, { poolSize: 1, onHeld: () => undefined }).initialize();
  uow = new PgUnitOfWork(dataSource);
});
afterAll(async () => {
  await dataSource?.destroy();
  await database?.drop();
});

const stored = async () =>
  (await ask<{ key: string }>(database.ownerUrl, 'select key from app.survey order by key')).map(({ key }) => key);
const gate = () => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
};

describe('what goes on after its transaction has failed', () => {
  it('writes nothing: neither there nor into the next transaction of the connection', async () => {
    const [failed, next] = [gate(), gate()];
    let late: unknown;
    const first = uow.inShop(SHOP, async (tx) => {
      const slow = (async () => {
        await pg(tx).run(ADD, ['before the failure']);
        await next.opened;
        await pg(tx).run(ADD, ['after the failure']);
      })().catch((error: unknown) => (late = error));
      await failed.opened;
      await Promise.all([slow, Promise.reject(new Error('the other half'))]);
    });
    failed.open();
    await expect(first).rejects.toThrow('the other half');
    await uow.inShop(SHOP, async (tx) => {
      await pg(tx).run(ADD, ['of the next one']);
      next.open();
      await sleep(50);
      await pg(tx).run(ADD, ['of the next one, too']);
    });
    expect(await stored()).toEqual(['of the next one', 'of the next one, too']);
    expect(late).toMatchObject({ message: expect.stringContaining('This transaction is over') });
  });

  it('writes nothing into what it had joined', async () => {
    await ask(database.ownerUrl, 'delete from app.survey');
    const next = gate();
    await uow.together(SHOP, async (common) => {
      const part = uow.inShop(SHOP, async (tx) => {
        const slow = next.opened.then(() => pg(tx).run(ADD, ['after the failure']));
        await Promise.all([slow.catch(() => undefined), Promise.reject(new Error('the other half'))]);
      });
      await expect(part).rejects.toThrow('the other half');
      next.open();
      await sleep(50);
      await pg(common).run(ADD, ['of the whole']);
    });
    expect(await stored()).toEqual(['of the whole']);
  });

  it('is refused after a commit, too', async () => {
    const kept = await uow.inShop(SHOP, async (tx) => tx);
    await expect(pg(kept).run(ADD, ['too late'])).rejects.toThrow('This transaction is over');
    const across = await uow.acrossShops(async (tx) => tx);
    await expect(pg(across).query('select 1')).rejects.toThrow('This transaction is over');
  });
});
