import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../support/ask.js';
import { FaultRig } from './rig.js';

jest.setTimeout(300_000);

const MAX_STOP_MS = 60_000;
const LIMIT_MS = 120_000;
/** Left alone for so long, what nobody looks for is left for good. */
const LEFT_BEHIND_MS = 8_000;
const POSTGRES = { kind: 'postgres', redisUrl: () => undefined } as const;

/** The reaper as it must not be: what may have been sent is sent again. */
const RESENDING_REAPER = `
create or replace function app.reap_leases() returns table (kind text, n bigint)
  language sql volatile security definer set search_path = app, pg_temp
as $$
  with again as (
    update app.message m set state = 'queued', lease_until = null
    where m.state in ('claimed', 'handing') and m.lease_until < app.lease_now() returning 1
  ), timers as (
    update app.timer t set state = 'scheduled', lease_until = null
    where t.state = 'claimed' and t.lease_until < app.lease_now() returning 1
  )
  select 'released', count(*) from again union all select 'timers', count(*) from timers $$`;

/** Silence taken for a refusal: what nobody answered goes back to the queue. */
const SILENCE_IS_REFUSAL = `
create function app.mistake_noted() returns trigger language plpgsql as $$ begin new.outcome := 'transient'; return new; end $$;
create function app.mistake() returns trigger language plpgsql as $$ begin
  new.state := 'queued'; new.reason := null; new.not_before := app.now(); return new; end $$;
create trigger mistake before update on app.message for each row
  when (old.state = 'handing' and new.state = 'unknown') execute function app.mistake();
create trigger mistake_noted before insert on app.delivery_attempt for each row
  when (new.outcome = 'unknown') execute function app.mistake_noted()`;
const NO_MISTAKE = `drop function app.mistake() cascade; drop function app.mistake_noted() cascade`;

let rig: FaultRig;

beforeAll(async () => {
  rig = await FaultRig.start(POSTGRES, { ingest: 1, worker: 2 });
});
afterAll(() => rig?.stop());
beforeEach(() => rig.startOver());
afterEach(() => {
  rig.mails.hooks.onData = undefined;
});

/** What the oracle has to say against it, or nothing. */
async function seen(limitMs?: number): Promise<string> {
  return rig.judge(limitMs).then(
    ({ lost, doubled, contradicted }) => [...lost, ...doubled, ...contradicted].join('\n'),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

const takeTime = async (): Promise<undefined> => {
  await sleep(400);
  return undefined;
};

/** Each test breaks it in a way that the oracle must see: a harness that passes that proves nothing. */
describe('the oracle, of a database with a flaw,', () => {
  it('NC4: sees messages doubled by a reaper that sends again what may have been sent', async () => {
    const [sound] = await ask<{ sql: string }>(
      rig.databaseUrl,
      `select pg_get_functiondef('app.reap_leases()'::regprocedure) as sql`,
    );
    await rig.sql(RESENDING_REAPER);
    rig.mails.hooks.onData = takeTime;
    const before = rig.mails.mails.length;
    const sent = rig.send(40, 80);
    await rig.mails.waitFor(before + 1, LIMIT_MS);
    await rig.killAll();
    await rig.complete();
    await sent;
    await rig.oracle.endLeases();
    await rig.oracle.reap();
    expect(await seen()).toMatch(/handed over 2 times|taken|tried again/);
    await rig.sql(sound?.sql ?? '');
  });

  it('NC9: sees messages doubled where silence is taken for a refusal', async () => {
    await rig.sql(SILENCE_IS_REFUSAL);
    let silent = 10;
    rig.mails.hooks.onData = () => (silent-- > 0 ? 'drop' : undefined);
    await rig.send(10, 30);
    expect(await seen()).toMatch(/handed over \d+ times|taken|tried again/);
    await rig.sql(NO_MISTAKE);
  });

  it('NC1: sees orders lost by a database that answers before it has stored', async () => {
    const settings = ['synchronous_commit = off', 'wal_writer_delay = 10000', 'fsync = off'];
    for (const setting of settings) await rig.sql(`alter system set ${setting}`);
    await rig.sql('select pg_reload_conf()');
    await sleep(500);
    const sent = rig.send(200, 100);
    await sleep(1_500);
    await rig.cluster.crash();
    await rig.cluster.comeBack();
    await sent;
    await rig.oracle.endLeases();
    expect(await seen()).toMatch(/: 0 messages|handed over/);
    await rig.sql('alter system reset all');
    await rig.sql('select pg_reload_conf()');
  });
});

describe('the oracle, of processes with a flaw,', () => {
  it('NC6: sees orders lost by a taker that answers before it has stored', async () => {
    await rig.stopAll('ingest', MAX_STOP_MS);
    const taker = rig.startInjured('ingest', 'answer-first');
    await taker.untilReady(LIMIT_MS);
    const sent = rig.send(80, 40);
    await sleep(1_000);
    await rig.heal(taker);
    await sent;
    expect(await seen()).toContain(': 0 messages');
  });

  it('NC3: sees messages doubled by workers that send first and mark then', async () => {
    await rig.stopAll('worker', MAX_STOP_MS);
    rig.mails.hooks.onData = takeTime;
    const before = rig.mails.mails.length;
    await rig.send(30, 60);
    const worker = rig.startInjured('worker', 'send-then-mark');
    await rig.mails.waitFor(before + 5, LIMIT_MS);
    await worker.kill();
    await rig.oracle.endLeases();
    await rig.oracle.reap();
    await rig.heal(worker);
    expect(await seen()).toContain('handed over 2 times');
  });

  it('NC5: sees what is left behind where nobody looks for due rows but the queue', async () => {
    await rig.stopAll('worker', MAX_STOP_MS);
    const workers = [1, 2].map(() => rig.startInjured('worker', 'no-sweeper'));
    for (const worker of workers) await worker.untilReady(LIMIT_MS);
    const sent = rig.send(30, 30);
    for (let n = 0; n < 10; n += 1) {
      await sleep(100);
      await rig.sql('truncate bullmq.job cascade');
    }
    await sent;
    expect(await seen(LEFT_BEHIND_MS)).toMatch(/rows are left to do/);
  });
});
