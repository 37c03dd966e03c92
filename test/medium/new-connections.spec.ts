import { createDataSource } from '#app/persistence';
import type { DataSource } from 'typeorm';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../support/ask.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { freshDatabase, type TestDatabase } from '../support/test-database.js';

const LOOKING = `select 1 from pg_stat_activity where datname = current_database() and query like '%notice_server%'
  and state = 'active' and pid <> pg_backend_pid()`;

describe('a connection that is looked at before its first use', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await freshDatabase('new connections');
    proxy = await TcpProxy.start(Number(new URL(database.appUrl).port));
    const url = new URL(database.appUrl);
    url.port = String(proxy.port);
    await ask(
      database.ownerUrl,
      `create or replace function app.notice_server() returns text language sql as $$ select 'same' from pg_sleep(1) $$`,
    );
    dataSource = await createDataSource(url.href, { poolSize: 2, onHeld: () => undefined }).initialize();
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await proxy?.stop();
    await database?.drop();
  });

  it('may break: whoever waits for it is told, and whoever comes next gets another', async () => {
    // with the one that there is in use, the next query needs another
    const inUse = dataSource.createQueryRunner();
    await inUse.connect();
    const answer = dataSource.query('select 1').catch(String);
    while ((await ask(database.ownerUrl, LOOKING)).length === 0) await sleep(20);
    proxy.cut('reset');
    expect(await answer).toMatch(/ECONNRESET|terminated/);
    await inUse.release();
    expect(await dataSource.query('select 1 as n')).toEqual([{ n: 1 }]);
  });
});
