import { type FactsChanges, type FactsStore, type Transaction } from '#app/application';
import { type JourneyDocument, TransientError } from '#app/domain';
import { PgFactsStore } from '#app/persistence';
import { FailingStore, learn, openAll, openerOf } from './entries-rig.js';
import { aJourney, JourneyRig, send, step, wait } from './journeys-rig.js';

const birthdays = (fields: Partial<JourneyDocument> = {}): JourneyDocument =>
  aJourney({
    key: 'birthday',
    trigger: { date: 'customer.attributes.birthday', every: 'year', lead: 'P7D' },
    entry: { key: 'customer.id', per: 'year', reentry: 'never' },
    ...fields,
  });
const mondays = (fields: Partial<JourneyDocument> = {}): JourneyDocument =>
  aJourney({
    key: 'mondays',
    trigger: { schedule: { every: 'week', on: ['mon'], at: '09:00' }, segment: '"regular" in customer.tags' },
    entry: { key: 'customer.id', per: 'week', reentry: 'never' },
    ...fields,
  });
const born = (birthday: string) => ({ attributes: { birthday } });

/** The first Monday at nine in Berlin after the rig's clock begins. */
const MONDAY = '2026-03-16T08:00:00.000Z';

describe('entries by a date', () => {
  let rig: JourneyRig;
  beforeEach(async () => {
    rig = await JourneyRig.start('journeys-entries');
  });
  afterEach(() => rig.stop());

  const dates = () =>
    rig.query<{ due: string; date: string }>(
      `select to_char(due_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as due, date::text from app.journey_date order by due_at, subject_id`,
    );
  const entered = async () =>
    (await rig.runRows()).map(
      ({ entry_key, state }) =>
        `${entry_key.slice(-4)} ${String((state['entry'] as { occurredAt: string }).occurredAt)}`,
    );

  it('are found for everybody after publication, and come each year', async () => {
    await rig.person(born('1990-04-01'));
    await rig.person(born('1992-02-29'));
    await rig.person();
    await rig.publish(birthdays());
    expect(await dates()).toEqual([]);
    expect(await openAll(rig)).toBe(0);
    expect(await dates()).toEqual([
      { due: '2026-03-25 08:00', date: '2026-04-01' },
      { due: '2027-02-21 08:00', date: '2027-02-28' },
    ]);
    await rig.setNow('2026-03-25T07:59:59.999Z');
    expect(await openAll(rig)).toBe(0);
    await rig.setNow('2026-03-25T09:30:00.000Z');
    expect(await openAll(rig)).toBe(1);
    expect(await openAll(rig)).toBe(0);
    await rig.setNow('2027-03-25T08:00:00.000Z');
    expect(await openAll(rig)).toBe(2);
    expect(await entered()).toEqual([
      '2026 2026-03-25T08:00:00.000Z',
      '2027 2027-02-21T08:00:00.000Z',
      '2027 2027-03-25T08:00:00.000Z',
    ]);
    expect(await dates()).toEqual([
      { due: '2028-02-22 08:00', date: '2028-02-29' },
      { due: '2028-03-25 08:00', date: '2028-04-01' },
    ]);
    const told = await rig.query(`select type, body->'data'->>'date' as date from app.event order by occurred_at`);
    expect(told[0]).toEqual({ type: 'journey.due', date: '2026-04-01' });
  });

  it('move with the fact, also when it was noted before and has come meanwhile', async () => {
    await rig.publish(birthdays());
    await openAll(rig);
    const person = await learn(rig, await rig.person(), born('1990-04-01'));
    await learn(rig, person, { ...born('1990-05-10'), timeZone: 'America/New_York' });
    expect(await dates()).toEqual([{ due: '2026-05-03 13:00', date: '2026-05-10' }]);
    await rig.setNow('2026-05-03T13:00:00.000Z');
    await learn(rig, person, born('1990-05-20'));
    expect(await dates()).toEqual([{ due: '2026-05-03 13:00', date: '2026-05-10' }]);
    expect(await openAll(rig)).toBe(0);
    expect(await dates()).toEqual([{ due: '2026-05-13 07:00', date: '2026-05-20' }]);
    await learn(rig, person, { attributes: {} });
    expect(await dates()).toEqual([]);
  });

  it('write no row for a person about whom nothing new is known', async () => {
    await rig.publish(birthdays());
    await openAll(rig);
    const person = await learn(rig, await rig.person(), born('1990-04-01'));
    const version = () => rig.query('select xmin::text from app.journey_date');
    const before = await version();
    await learn(rig, person, { ...born('1990-04-01'), firstName: 'Ada' });
    expect(await version()).toEqual(before);
  });

  it('are an order’s own where the expression names the order', async () => {
    await rig.publish(aJourney({ key: 'promised', trigger: { date: 'order.promisedDate', lead: 'P1D' } }));
    await openAll(rig);
    const person = await rig.person();
    const placed = rig.event(person, 'order.placed');
    const promised = {
      ...placed,
      snapshot: {
        ...placed.snapshot,
        order: placed.snapshot.order && { ...placed.snapshot.order, promisedDate: '2026-03-20' },
      },
    };
    await rig.query(`update app.orders set facts = facts || '{"promisedDate":"2026-03-20"}'`);
    await rig.hear(promised);
    expect(await dates()).toEqual([{ due: '2026-03-19 08:00', date: '2026-03-20' }]);
    await rig.setNow('2026-03-19T08:00:00.000Z');
    expect(await openAll(rig)).toBe(1);
    await rig.hear(promised);
    expect(await dates()).toEqual([]);
    expect(await rig.runRows()).toMatchObject([{ entry_key: person.externalOrderId }]);
  });

  it('follow what a journey itself wrote down', async () => {
    await rig.publish(birthdays({ trigger: { date: 'customer.attributes.reorder' } }));
    await openAll(rig);
    await rig.publish(
      aJourney({ steps: [step('note', 'set-attribute', { attribute: 'reorder', value: '2026-06-01' })] }),
    );
    await rig.hear(rig.event(await rig.person(), 'order.placed'));
    expect(await dates()).toEqual([{ due: '2026-06-01 07:00', date: '2026-06-01' }]);
  });

  it('let nobody in while the journey is paused, and look again afterwards', async () => {
    const person = await rig.person(born('1990-04-01'));
    await rig.publish(birthdays());
    await openAll(rig);
    await rig.states.pause(rig.shop.id, 'birthday');
    await learn(rig, person, born('1990-07-08'));
    await rig.setNow('2026-03-25T08:00:00.000Z');
    expect(await openAll(rig)).toBe(0);
    expect(await dates()).toEqual([]);
    await rig.states.resume(rig.shop.id, 'birthday');
    expect(await openAll(rig)).toBe(0);
    expect(await dates()).toEqual([{ due: '2026-07-01 07:00', date: '2026-07-08' }]);
    await rig.states.archive(rig.shop.id, 'birthday');
    await rig.setNow('2026-07-01T07:00:00.000Z');
    expect(await openAll(rig)).toBe(0);
    expect(await rig.runRows()).toEqual([]);
  });

  it('are no longer those of who was merged into another record or erased', async () => {
    const [gone, kept, erased] = await rig.people(3, born('1990-04-01'));
    await rig.publish(birthdays());
    await openAll(rig);
    await rig.query('update app.customer set merged_into = $2 where id = $1', [gone?.customerId, kept?.customerId]);
    await rig.query(
      `update app.customer set facts = facts || '{"erasedAt":"2026-03-11T00:00:00.000Z"}' where id = $1`,
      [erased?.customerId],
    );
    await rig.setNow('2026-03-25T08:00:00.000Z');
    expect(await openAll(rig)).toBe(1);
    expect(await rig.query('select customer_id from app.event')).toEqual([{ customer_id: kept?.customerId }]);
    expect(await dates()).toHaveLength(1);
  });

  it('let in once although two workers look at once', async () => {
    await rig.people(300, born('1990-04-01'));
    await rig.publish(birthdays());
    await openAll(rig);
    await rig.setNow('2026-03-25T08:00:00.000Z');
    const [one, other] = await Promise.all([openAll(rig), openAll(rig)]);
    expect(one + other).toBe(300);
    expect(await rig.runRows()).toHaveLength(300);
    expect(await rig.query('select count(*)::int as n from app.event')).toEqual([{ n: 300 }]);
  });

  it('set one aside that can’t be carried out, and let the others in', async () => {
    const [sick] = await rig.people(3, born('1990-04-01'));
    await rig.publish(birthdays());
    await openAll(rig);
    await rig.setNow('2026-03-25T08:00:00.000Z');
    const opener = openerOf(rig, new FailingStore([sick?.customerId]));
    for (let left = 20; left > 0; left -= 1) {
      await opener.run();
      await rig.query(`update app.journey_date set retry_at = null where state = 'scheduled'`);
    }
    expect(await rig.runRows()).toHaveLength(2);
    expect(await rig.query(`select kind, attempts, error from app.dead_letter`)).toEqual([
      { kind: 'entry', attempts: 5, error: 'the disk is full of birthdays' },
    ]);
    expect(await rig.query('select entries from app.entry_agenda()')).toEqual([{ entries: false }]);
  });
});

/** Its process ends in the middle of a page. */
class DyingStore extends PgFactsStore {
  override async save(tx: Transaction, changes: FactsChanges): ReturnType<FactsStore['save']> {
    await super.save(tx, changes);
    throw new TransientError('unavailable', 'the power is off');
  }
}

describe('entries by a schedule', () => {
  let rig: JourneyRig;
  beforeEach(async () => {
    rig = await JourneyRig.start('journeys-schedule');
  });
  afterEach(() => rig.stop());

  const walk = () =>
    rig.query(
      `select to_char(due_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as due, seen is null as fresh from app.journey_walk`,
    );

  it('are those for whom the segment holds, at each time once', async () => {
    await rig.people(3, { tags: ['regular'] });
    await rig.people(2);
    await rig.publish(mondays());
    expect(await openAll(rig)).toBe(0);
    expect(await walk()).toEqual([{ due: '2026-03-16 08:00', fresh: true }]);
    await rig.setNow(MONDAY);
    expect(await openAll(rig)).toBe(3);
    expect(await openAll(rig)).toBe(0);
    expect(await walk()).toEqual([{ due: '2026-03-23 08:00', fresh: true }]);
    expect(await rig.query('select count(*)::int as n from app.event')).toEqual([{ n: 3 }]);
    await rig.setNow('2026-03-30T08:00:00.000Z');
    expect(await openAll(rig)).toBe(3);
    expect(await walk()).toEqual([{ due: '2026-04-06 07:00', fresh: true }]);
  });

  it('go on where a process died between two pages', async () => {
    await rig.people(1_200, { tags: ['regular'] });
    await rig.publish(mondays());
    await rig.setNow(MONDAY);
    expect((await openerOf(rig).run()).started).toBe(500);
    expect(await walk()).toEqual([{ due: '2026-03-16 08:00', fresh: false }]);
    await expect(openerOf(rig, new DyingStore()).run()).rejects.toThrow('the power is off');
    expect((await rig.runRows()).length).toBe(500);
    const [a, b] = await Promise.all([openAll(rig), openAll(rig)]);
    expect(a + b).toBe(700);
    expect(
      await rig.query('select count(distinct customer_id)::int as people, count(*)::int as runs from app.journey_run'),
    ).toEqual([{ people: 1_200, runs: 1_200 }]);
  });

  it('stand still while the journey is paused, and begin with the next time', async () => {
    await rig.people(2, { tags: ['regular'] });
    await rig.publish(mondays());
    await rig.states.pause(rig.shop.id, 'mondays');
    await rig.setNow(MONDAY);
    expect(await openAll(rig)).toBe(0);
    await rig.states.resume(rig.shop.id, 'mondays');
    expect(await openAll(rig)).toBe(0);
    expect(await walk()).toEqual([{ due: '2026-03-23 08:00', fresh: true }]);
    await rig.states.archive(rig.shop.id, 'mondays');
    expect(await walk()).toEqual([]);
  });

  it('end with a version that begins by something else', async () => {
    await rig.publish(mondays());
    await rig.publish(mondays({ trigger: { event: 'order.placed' } }));
    expect(await walk()).toEqual([]);
  });
});

describe('a limit of runs under way', () => {
  let rig: JourneyRig;
  beforeEach(async () => {
    rig = await JourneyRig.start('journeys-limit');
  });
  afterEach(() => rig.stop());

  const limited = aJourney({
    key: 'limited',
    entry: { key: 'event.id', reentry: 'never', limit: 2 },
    steps: [wait('rest', 'PT24H'), send('say')],
  });

  it('keeps the third out until one of them has ended', async () => {
    await rig.publish(limited);
    const person = await rig.person();
    await rig.hear(rig.event(person, 'order.placed'));
    expect(await rig.hear(rig.event(person, 'order.placed'), rig.event(person, 'order.placed'))).toMatchObject({
      started: 1,
      entries: [{ refused: null }, { refused: { reason: 'limit' }, run: null }],
    });
    await rig.hear(rig.event(await rig.person(), 'order.placed'));
    await rig.setNow('2026-03-11T12:00:00.000Z');
    await rig.makeTimers().run();
    expect(await rig.hear(rig.event(person, 'order.placed'))).toMatchObject({ started: 1 });
  });

  it('holds for a journey that another one starts, also on waking', async () => {
    await rig.publish(limited);
    await rig.publish(
      aJourney({
        key: 'starter',
        entry: { key: 'event.id', reentry: 'never' },
        steps: [wait('rest', 'PT1H'), step('go', 'start-journey', { journey: 'limited' })],
        trigger: { event: 'order.paid' },
      }),
    );
    const person = await rig.person();
    await rig.hear(rig.event(person, 'order.placed'), rig.event(person, 'order.placed'));
    await rig.hear(rig.event(person, 'order.paid'));
    await rig.setNow('2026-03-10T13:00:00.000Z');
    await rig.makeTimers().run();
    expect((await rig.runRows()).filter(({ status }) => status === 'waiting')).toHaveLength(2);
    expect(await rig.query(`select data->>'refused' as refused from app.run_journal where kind = 'act'`)).toEqual([
      { refused: 'limit' },
    ]);
  });
});
