import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { TWILIO_ANSWERS } from '../support/twilio-stub.js';
import { ask } from '../support/ask.js';

import { isLong } from '../support/proof.js';
import { describeLong, expectKept } from './report.js';
import { FaultRig } from './rig.js';

jest.setTimeout(240_000);

const POSTGRES = { kind: 'postgres', redisUrl: () => undefined } as const;
const OPEN_LIMIT_MS = 30_000;
/** Within which something that was sent back must come again. */
const FIRST_RETRY_MS = 30_000;
/** As a share of what is new, and what is allowed beside it for what waits when nothing new comes. */
const RETRY_SHARE = 0.1;
const RETRIES_PER_SECOND = 0.5;
const RETRIES_AT_ONCE = 15;
/** While a third of all tries fail: enough to see in the night what a claim without a budget gives back. */
const MANY = isLong ? { orders: 250, onMs: 10_000 } : { orders: 80, onMs: 3_000 };

interface Health {
  readonly channel: string;
  readonly state: string;
}

let rig: FaultRig;

beforeAll(async () => {
  rig = await FaultRig.start(POSTGRES, { ingest: 1, worker: 2 });
});
afterAll(() => rig?.stop());

const open = async (): Promise<string[]> =>
  (await ask<Health>(rig.databaseUrl, `select channel, health->>'state' as state from app.provider_health`))
    .filter(({ state }) => state !== 'closed')
    .map(({ channel }) => channel)
    .toSorted();

const untilOpen = async (channels: readonly string[]): Promise<void> => {
  const deadline = performance.now() + OPEN_LIMIT_MS;
  while ((await open()).join() !== channels.join()) {
    if (performance.now() > deadline) throw new Error(`Open are ${(await open()).join()}, not ${channels.join()}.`);
    await sleep(200);
  }
};

/** Sends with every third mail refused for now; returns the tries again while it lasted, and how many were allowed. */
const sendWhileAThirdFails = async (): Promise<{ retries: number; allowed: number }> => {
  const seen = new Set<string>();
  let retries = 0;
  rig.mails.hooks.onRcpt = (address) => {
    if (seen.has(address)) retries += 1;
    seen.add(address);
    return rig.random() < 0.34 ? '451 4.3.0 not now' : undefined;
  };
  const startedAt = performance.now();
  await rig.send(MANY.orders, 40);
  await sleep(MANY.onMs);
  // the first one comes when it comes
  while (retries === 0 && performance.now() - startedAt < FIRST_RETRY_MS) await sleep(100);
  rig.mails.hooks.onRcpt = undefined;
  const seconds = (performance.now() - startedAt) / 1_000;
  return { retries, allowed: RETRY_SHARE * seen.size + RETRIES_PER_SECOND * seconds + RETRIES_AT_ONCE };
};

describe('a provider that is sick', () => {
  it('F38: refusing everything, is left alone; what waits is charged nothing and goes once it is well', async () => {
    let asked = 0;
    rig.mails.hooks.onRcpt = () => {
      asked += 1;
      return '421 4.3.2 closing';
    };
    rig.texts.answer = () => TWILIO_ANSWERS.tooManyRequests;
    await rig.send(60, 40);
    await untilOpen(['email-smtp', 'sms-twilio']);
    const askedWhenOpen = asked;
    await sleep(6_000);
    // a probe every five seconds, and what each worker had under way
    expect(asked - askedWhenOpen).toBeLessThanOrEqual(2 * 10 + 4);
    const charged = await ask(
      rig.databaseUrl,
      `select 1 from app.message where medium = 'email' and attempts > 0 and state = 'queued'`,
    );
    expect(charged).toEqual([]);
    rig.mails.hooks.onRcpt = undefined;
    rig.texts.answer = () => 'accept';
    // and then nobody answers at all for a while
    rig.smtp.set({ kind: 'refuse' });
    rig.smtp.cut('reset');
    await sleep(3_000);
    rig.smtp.set({ kind: 'pass' });
    const outcome = await rig.judge();
    expectKept('F38', rig, outcome);
    expect(outcome.unknown).toBe(0);
    expect(await open()).toEqual([]);
  });

  it('F38: refusing every third, gets what it sent back in small numbers, and all of it once it is well', async () => {
    const { retries, allowed } = await sendWhileAThirdFails();
    expect(retries).toBeGreaterThan(0);
    expect(retries).toBeLessThanOrEqual(allowed);
    expectKept('F38', rig, await rig.judge());
  });
});

// last: the claim stays as it was made
describeLong('a provider that is sick, and a claim that counts nothing', () => {
  it('NC11: gets more than it may where what was sent back is not counted', async () => {
    await rig.sql(await withoutBudget(rig));
    const { retries, allowed } = await sendWhileAThirdFails();
    expect(retries).toBeGreaterThan(allowed);
  });
});

/** The claim of messages with no regard for how many of them the provider has sent back. */
async function withoutBudget(rig: FaultRig): Promise<string> {
  const [row] = await ask<{ sql: string }>(
    rig.databaseUrl,
    `select pg_get_functiondef('app.claim_due_messages(text, integer, integer, interval)'::regprocedure) as sql`,
  );
  return (row?.sql ?? '').replace('begin\n', 'begin\n  p_retries := p_limit;\n');
}
