import { jest } from '@jest/globals';
import { PgDeadLetters } from '#app/persistence';
import { FailingStore, openAll, openerOf } from './entries-rig.js';
import { aJourney, JourneyRig } from './journeys-rig.js';

jest.setTimeout(60_000);
/** The first Monday at nine in Berlin after the rig's clock begins. */
const MONDAY = '2026-03-16T08:00:00.000Z';

let rig: JourneyRig;
beforeEach(async () => {
  rig = await JourneyRig.start('journeys_walks');
  await rig.publish(
    aJourney({
      key: 'mondays',
      trigger: { schedule: { every: 'week', on: ['mon'], at: '09:00' }, segment: '"regular" in customer.tags' },
      entry: { key: 'customer.id', per: 'week', reentry: 'never' },
    }),
  );
});
afterEach(() => rig.stop());

async function walkWith(store: FailingStore): Promise<void> {
  const opener = openerOf(rig, store);
  for (let left = 60; left > 0 && (await opener.run()).claimed > 0; left -= 1)
    for (const table of ['journey_date', 'journey_walk'])
      await rig.query(`update app.${table} set retry_at = null where state = 'scheduled'`);
}
const letters = () =>
  rig.query<{ id: string; attempts: number }>('select id, kind, attempts, error from app.dead_letter');
const walk = async () =>
  (await rig.query(`select to_char(due_at at time zone 'UTC', 'MM-DD') as due, state from app.journey_walk`))[0];

it('a walk goes on past people who can’t be let in, and shows each of them', async () => {
  const people = await rig.people(520, { tags: ['regular'] });
  const sick = [people[3], people[4], people[420]].map((person) => person?.customerId);
  await rig.setNow(MONDAY);
  await walkWith(new FailingStore(sick));
  expect(await rig.runRows()).toHaveLength(517);
  expect(await walk()).toEqual({ due: '03-23', state: 'scheduled' });
  const failed = { kind: 'entry', attempts: 5, error: 'the disk is full of birthdays' };
  expect(await letters()).toMatchObject([failed, failed, failed]);
});

it('who was passed over enters when their dead letter is tried again', async () => {
  const [sick] = await rig.people(3, { tags: ['regular'] });
  await rig.setNow(MONDAY);
  await walkWith(new FailingStore([sick?.customerId]));
  expect(await rig.runRows()).toHaveLength(2);
  const [told] = await letters();
  const queue = await rig.unitOfWork.inShop(rig.shop.id, async (tx) => {
    const dead = new PgDeadLetters();
    const letter = await dead.lock(tx, told?.id ?? '');
    return letter && dead.requeue(tx, letter);
  });
  expect(queue).toBe('timers');
  expect(await openAll(rig)).toBe(1);
  expect(new Set((await rig.runRows()).map(({ entry_key }) => entry_key)).size).toBe(3);
  expect(await rig.query('select 1 from app.journey_date')).toEqual([]);
});

it('a walk that nobody can be let in by stops as one dead letter, beside the few that were passed over', async () => {
  const people = await rig.people(8, { tags: ['regular'] });
  await rig.setNow(MONDAY);
  await walkWith(new FailingStore(people.map(({ customerId }) => customerId)));
  expect(await walk()).toEqual({ due: '03-16', state: 'dead' });
  expect(await letters()).toHaveLength(5);
  expect(await rig.runRows()).toEqual([]);
});
