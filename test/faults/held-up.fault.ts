import { jest } from '@jest/globals';
import pg from 'pg';
import { eventually } from '../e2e/installation.js';
import { describeBackends } from '../support/describe-backends.js';
import { describeLong, expectKept } from './report.js';
import { FaultRig } from './rig.js';

jest.setTimeout(900_000);

const PER_SECOND = 15;
/** The product says so after a minute, and looks every quarter of one. */
const HELD_LIMIT_MS = 180_000;

describeLong('a database that is held up', () => {
  describeBackends('by a reader', (backend) => {
    let rig: FaultRig;
    beforeAll(async () => {
      rig = await FaultRig.start(backend);
    });
    afterAll(() => rig?.stop());

    it('F43: a transaction that is left open keeps rows from being cleared away, and workers say so', async () => {
      const reader = new pg.Client({ connectionString: rig.databaseUrl });
      await reader.connect();
      await reader.query('begin isolation level repeatable read; select count(*) from app.message');
      const said = (pattern: RegExp): Promise<true> =>
        eventually(async () => (rig.workers().some(({ output }) => pattern.test(output)) ? true : null), HELD_LIMIT_MS);
      let isOver = false;
      const sending = (async () => {
        while (!isOver) await rig.send(PER_SECOND * 5, PER_SECOND);
      })();
      try {
        await said(/A transaction has been open for long/);
      } finally {
        isOver = true;
        await sending;
        await reader.end();
      }
      await said(/The long transaction is over/);
      expectKept('F43', rig, await rig.judge());
    });
  });
});
