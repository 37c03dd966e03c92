import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ConfiguredChannels } from '#app/channels';
import { localDate, toInstant } from '#app/domain';
import { NO_CONTACT_RULES } from '../support/contact-rules.js';
import { DeliveryRig } from './delivery-rig.js';
import { type MessagePlan, SURVEY } from './planned-message.js';

jest.setTimeout(60_000);
/** Noon in Berlin, where the shop is. */
const NOON = '2026-03-10T11:00:00.000Z';
const NEXT_MORNING = '2026-03-11T07:00:00.000Z';
const DUE = { dueAt: '2026-03-10T10:00:00Z', class: 'marketing', customer: optedIn() } as const;

let rig: DeliveryRig;

beforeAll(async () => {
  rig = await DeliveryRig.start('contact');
  for (const month of ['2026-03-01', '2026-04-01']) await rig.rows('select app.ensure_partitions($1)', [month]);
});
afterAll(async () => {
  await rig.stop();
});
beforeEach(async () => {
  await rig.rows('update app.shop set contact_rules = null');
  await goTo(NOON);
});
afterEach(async () => {
  await rig.rows(`update app.message set state = 'failed' where state in ('queued', 'claimed', 'handing')`);
});

function optedIn(): NonNullable<MessagePlan['customer']> {
  const consent = { state: 'opted_in', at: '2026-01-01T00:00:00.000Z', proof: null, statements: {} } as const;
  return { consents: { email: consent, sms: consent } };
}
const goTo = (now: string) => rig.rows('select app.set_virtual_clock($1)', [now]);
const deliver = async (medium: 'email' | 'sms' = 'email') => rig.deliverer(new ConfiguredChannels({})).run(medium);
const one = async (plan: MessagePlan = {}): Promise<string> => (await rig.plan(1, { ...DUE, ...plan }))[0] ?? '';

async function fate(id: string): Promise<string> {
  const { state, reason, not_before } = await rig.message(id);
  return state === 'queued' ? `${reason} until ${not_before.toISOString()}` : `${state} ${reason}`;
}
async function fates(ids: readonly string[]): Promise<string[]> {
  const all: string[] = [];
  for (const id of ids) all.push(await fate(id));
  return all;
}
const verdicts = (id: string) =>
  rig.rows('select verdict, reason, until, facts from app.contact_verdict where message_id = $1 order by epoch', [id]);

async function openCase(customerId: string, topic = 'unhappy-customer'): Promise<string> {
  const id = randomUUID();
  await rig.rows(
    `insert into app.case_file (shop_id, id, topic, title, priority, customer_id, run_id, opened_at)
     values ($1, $2, $3, 'A case', 'high', $4, $2, app.now())`,
    [rig.shopId, id, topic, customerId],
  );
  return id;
}
const answer = (customerId: string, score: number, at: string) =>
  rig.rows(
    `insert into app.survey_answer (shop_id, id, instance_id, survey_key, metric, score, scale, customer_id, answered_at, inbox_id)
     values ($1, $2, $2::uuid::text, 'nps', 'nps', $3, '{"min":0,"max":10,"polarity":"higher-better","topK":2}', $4, $5, $2)`,
    [rig.shopId, randomUUID(), score, customerId, at],
  );

describe('the limit of a day', () => {
  it('puts the second message off until the morning, when it is sent', async () => {
    const customerId = randomUUID();
    const first = await one({ customerId });
    const second = await one({ customerId, class: 'review' });
    expect(await deliver()).toMatchObject({ claimed: 2, sent: 1, retried: 1 });
    expect([await fate(first), await fate(second)]).toEqual(['sent null', `day-cap until ${NEXT_MORNING}`]);
    expect(await rig.message(second)).toMatchObject({ attempts: 0 });
    expect(await verdicts(second)).toEqual([
      { verdict: 'defer', reason: 'day-cap', until: new Date(NEXT_MORNING), facts: { limit: 1, contacts: [NOON] } },
    ]);
    expect(await deliver()).toMatchObject({ claimed: 0 });
    await goTo(NEXT_MORNING);
    expect(await deliver()).toMatchObject({ sent: 1 });
    expect(await fate(second)).toBe('sent null');
    expect((await verdicts(second)).map((row) => row['verdict'])).toEqual(['defer', 'go']);
  });

  it('counts all media, and no service message', async () => {
    const customerId = randomUUID();
    await one({ customerId, medium: 'sms' });
    const mail = await one({ customerId });
    const service = await one({ customerId, class: 'service' });
    expect(await deliver('sms')).toMatchObject({ sent: 1 });
    await deliver();
    expect([await fate(mail), await fate(service)]).toEqual([`day-cap until ${NEXT_MORNING}`, 'sent null']);
    expect(await verdicts(service)).toEqual([]);
  });

  it('skips what would come too late, with the reason', async () => {
    const customerId = randomUUID();
    await one({ customerId });
    await deliver();
    const late = await one({ customerId, expiresAt: '2026-03-11T07:00:00Z' });
    expect(await deliver()).toMatchObject({ suppressed: 1 });
    expect(await fate(late)).toBe('suppressed day-cap');
  });

  it('holds while several workers send at once', async () => {
    const people = Array.from({ length: 25 }, () => randomUUID());
    for (const customerId of people) await rig.plan(1, { ...DUE, customerId });
    const plans = Array.from({ length: 7 }, (_, n) =>
      people.map((customerId) => ({ ...DUE, customerId, priority: 10 + n })),
    ).flat();
    for (const plan of plans) await rig.plan(1, plan);
    for (let round = 0; round < 4; round += 1) {
      await rig.rows(`update app.message set not_before = app.now() where state = 'queued' and reason = 'outranked'`);
      await Promise.all([deliver(), deliver(), deliver(), deliver()]);
    }
    const sent = await rig.rows<{ n: string }>(
      `select count(*) as n from app.message where customer_id = any($1::uuid[]) and state = 'sent' group by customer_id`,
      [people],
    );
    expect(sent.map(({ n }) => Number(n))).toEqual(people.map(() => 1));
    const [waiting] = await rig.rows(
      `select count(*)::integer as n, min(reason) as reason from app.message
       where customer_id = any($1::uuid[]) and state = 'queued' and reason = 'day-cap' and not_before = $2`,
      [people, NEXT_MORNING],
    );
    expect(waiting).toEqual({ n: 7 * people.length, reason: 'day-cap' });
  });

  it('is one for all records of a person', async () => {
    const [before, after] = [randomUUID(), randomUUID()];
    await one({ customerId: before });
    await deliver();
    const second = await one({ customerId: after });
    await rig.rows('update app.customer set merged_into = $2 where id = $1', [before, after]);
    await deliver();
    expect(await fate(second)).toBe(`day-cap until ${NEXT_MORNING}`);
  });

  it('is free again when the provider refused the message', async () => {
    const customerId = randomUUID();
    const refused = await one({ customerId });
    await deliver();
    await rig.rows(`update app.message set state = 'failed' where id = $1`, [refused]);
    const second = await one({ customerId });
    await deliver();
    expect(await fate(second)).toBe('sent null');
  });
});

describe('rank', () => {
  it('gives the day to the message that matters most', async () => {
    const customerId = randomUUID();
    const ids = [];
    for (const priority of [20, 54, 40]) ids.push(await one({ customerId, priority }));
    await deliver();
    expect(await fates(ids)).toEqual([`day-cap until ${NEXT_MORNING}`, 'sent null', `day-cap until ${NEXT_MORNING}`]);
  });

  it('stands back a minute for one that another worker holds', async () => {
    const customerId = randomUUID();
    const high = await one({ customerId, priority: 54 });
    await rig.rows(
      `update app.message set state = 'claimed', epoch = 1, attempts = 1, lease_until = app.lease_now() + interval '1 minute' where id = $1`,
      [high],
    );
    const low = await one({ customerId, priority: 20 });
    await deliver();
    expect(await fate(low)).toBe('outranked until 2026-03-10T11:01:00.000Z');
    expect(await verdicts(low)).toMatchObject([{ facts: { priority: 20, by: 54 } }]);
  });
});

describe('the hours', () => {
  it('are those of the person’s wall clock', async () => {
    await goTo('2026-03-10T22:30:00.000Z');
    const [berlin, newYork] = [await one(), await one({ customer: { ...optedIn(), timeZone: 'America/New_York' } })];
    await deliver();
    expect([await fate(berlin), await fate(newYork)]).toEqual([`quiet-hours until ${NEXT_MORNING}`, 'sent null']);
  });
});

describe('the mood', () => {
  it('holds marketing from day to day while a case is open, and lets it go once that is closed', async () => {
    const customerId = randomUUID();
    const message = await one({ customerId });
    const file = await openCase(customerId);
    await deliver();
    expect(await fate(message)).toBe('mood:open-case until 2026-03-11T11:00:00.000Z');
    await goTo('2026-03-11T11:00:00.000Z');
    await deliver();
    expect(await fate(message)).toBe('mood:open-case until 2026-03-12T11:00:00.000Z');
    await rig.rows(
      `update app.case_file set state = 'closed', closed_at = app.now(), outcome = 'solved' where id = $1`,
      [file],
    );
    await goTo('2026-03-12T11:00:00.000Z');
    await deliver();
    expect(await fate(message)).toBe('sent null');
  });

  it('is the reason of a message that it held until it was of no use', async () => {
    const customerId = randomUUID();
    const message = await one({ customerId, expiresAt: '2026-03-10T20:00:00Z' });
    await openCase(customerId);
    await deliver();
    expect(await fate(message)).toBe('mood:open-case until 2026-03-10T20:00:00.000Z');
    await goTo('2026-03-10T20:00:00.000Z');
    expect(await deliver()).toMatchObject({ expired: 1 });
    expect(await fate(message)).toBe('expired mood:open-case');
  });

  it('holds marketing for a late parcel', async () => {
    const customerId = randomUUID();
    const message = await one({ customerId });
    await rig.rows(`update app.orders set facts = facts || '{"promisedDate": "2026-03-08"}' where customer_id = $1`, [
      customerId,
    ]);
    await deliver();
    expect(await fate(message)).toMatch(/^mood:late-parcel/);
  });

  it('holds no review request, whatever was answered and however many cases are open', async () => {
    const people = Array.from({ length: 11 }, () => randomUUID());
    const reviews: string[] = [];
    const ads: string[] = [];
    for (const [score, customerId] of people.entries()) {
      reviews.push(await one({ customerId, class: 'review', priority: 60 }));
      ads.push(await one({ customerId, expiresAt: '2026-04-10T10:00:00Z' }));
      await answer(customerId, score, '2026-03-05T10:00:00Z');
      await openCase(customerId);
    }
    await deliver();
    expect(new Set(await fates(reviews))).toEqual(new Set(['sent null']));
    expect(new Set(await fates(ads))).toEqual(new Set(['mood:open-case until 2026-03-11T11:00:00.000Z']));
  });

  it('holds marketing after a bad answer and not after a good one', async () => {
    const [unhappy, happy] = [randomUUID(), randomUUID()];
    const [held, sent] = [await one({ customerId: unhappy }), await one({ customerId: happy })];
    await answer(unhappy, 6, '2026-03-05T10:00:00Z');
    await answer(happy, 7, '2026-03-05T10:00:00Z');
    await deliver();
    expect([await fate(held), await fate(sent)]).toEqual([
      'mood:complaint until 2026-03-11T11:00:00.000Z',
      'sent null',
    ]);
  });
});

describe('the rests', () => {
  it('keep the same survey a month apart and marketing silent after an answer', async () => {
    const customerId = randomUUID();
    const ask = { customerId, class: 'feedback', survey: SURVEY, template: 'survey' } as const;
    await one(ask);
    await deliver();
    await answer(customerId, 9, '2026-03-10T18:00:00Z');
    await goTo('2026-03-11T11:00:00.000Z');
    const [again, ad] = [await one(ask), await one({ customerId })];
    await deliver();
    expect([await fate(again), await fate(ad)]).toEqual([
      // a month later the clocks have changed
      'survey-rest until 2026-04-09T10:00:00.000Z',
      'rest-after-answer until 2026-03-12T18:00:00.000Z',
    ]);
  });
});

describe('a question that went out late', () => {
  it('comes before its reminder, which rests three days', async () => {
    const customerId = randomUUID();
    const ask = { customerId, class: 'feedback', survey: SURVEY, template: 'survey' } as const;
    const reminder = await one({ ...ask, dueAt: '2026-03-10T10:30:00Z' });
    const question = await one({ ...ask, dueAt: '2026-03-06T10:30:00Z' });
    await rig.rows('update app.message set run_id = (select run_id from app.message where id = $1) where id = $2', [
      question,
      reminder,
    ]);
    await rig.rows('update app.message set not_before = app.now() where id = $1', [question]);
    await deliver();
    expect([await fate(question), await fate(reminder)]).toEqual([
      'sent null',
      'survey-rest until 2026-03-13T11:00:00.000Z',
    ]);
  });
});

describe('without rules', () => {
  it('all goes out at once, at any hour', async () => {
    await rig.rows('update app.shop set contact_rules = $1', [NO_CONTACT_RULES]);
    await goTo('2026-03-10T02:00:00.000Z');
    const customerId = randomUUID();
    const due = { customerId, dueAt: '2026-03-10T01:00:00Z' };
    await openCase(customerId);
    const ids = [await one(due), await one(due), await one({ ...due, class: 'review' }), await one(due)];
    expect(await deliver()).toMatchObject({ sent: 4 });
    expect(await fates(ids)).toEqual(ids.map(() => 'sent null'));
  });
});

describe('over weeks', () => {
  it('nobody gets two messages a day or four marketing messages a week, though all was due at once', async () => {
    const customerId = randomUUID();
    for (let n = 0; n < 12; n += 1)
      await one({ customerId, class: n % 2 === 0 ? 'marketing' : 'review', expiresAt: '2026-05-30T10:00:00Z' });
    for (let day = 0; day < 50; day += 1) {
      await goTo(new Date(toInstant(NOON) + day * 86_400_000).toISOString());
      await deliver();
    }
    const sent = await rig.rows<{ class: string; sent_at: Date }>(
      `select class, sent_at from app.message where customer_id = $1 and state = 'sent' order by sent_at`,
      [customerId],
    );
    expect(sent).toHaveLength(12);
    const days = sent.map((row) => localDate(row.sent_at.getTime(), 'Europe/Berlin'));
    expect(new Set(days).size).toBe(12);
    const ads = sent.filter((row) => row.class === 'marketing').map((row) => row.sent_at.getTime());
    const weeks = ads.slice(3).map((at, index) => at - (ads[index] ?? 0));
    expect(weeks.every((gap) => gap >= 7 * 86_400_000 - 3_600_000)).toBe(true);
  });
});
