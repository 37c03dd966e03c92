import type { ClaimedTimer } from '#app/application';
import { PgFactsReader, PgTimerStore } from '#app/persistence';
import { aJourney, JourneyRig, type Person, send, step, wait } from './journeys-rig.js';

const NEXT_HOUR = '2026-03-10T13:00:00.000Z';

/** Lets those who read snapshots go on together, once so many have come. */
class MeetingFacts extends PgFactsReader {
  private waiting: (() => void)[] = [];

  constructor(private readonly expected: number) {
    super();
  }

  override async snapshots(...args: Parameters<PgFactsReader['snapshots']>) {
    const found = await super.snapshots(...args);
    await new Promise<void>((resolve) => {
      this.waiting.push(resolve);
      if (this.waiting.length === this.expected) for (const goOn of this.waiting) goOn();
    });
    return found;
  }
}

let rig: JourneyRig;
let person: Person;
beforeEach(async () => {
  rig = await JourneyRig.start('journeys_limit_race');
  await rig.publish(
    aJourney({
      key: 'limited',
      trigger: { event: 'ticket.solved' },
      entry: { key: 'event.id', reentry: 'never', limit: 1 },
      steps: [wait('rest', 'PT24H'), send('say')],
    }),
  );
  await rig.publish(
    aJourney({
      key: 'starter',
      entry: { key: 'event.id', reentry: 'never' },
      steps: [wait('rest', 'PT1H'), step('go', 'start-journey', { journey: 'limited' })],
    }),
  );
  person = await rig.person();
});
afterEach(() => rig.stop());

const wake = (timers: readonly ClaimedTimer[], facts?: PgFactsReader) =>
  rig.unitOfWork.inShop(rig.shop.id, (tx) => rig.makeWaker(facts).run(tx, timers));
const claimOne = () => rig.unitOfWork.acrossShops((tx) => new PgTimerStore().claim(tx, 1));
const underWay = () =>
  rig.query(
    `select r.id from app.journey_run r join app.journey j on j.id = r.journey_id where j.key = 'limited' and r.status = 'waiting'`,
  );
const refusals = async () =>
  (await rig.query(`select data->>'refused' as why from app.run_journal where kind = 'act'`)).map(
    ({ why }) => why as string,
  );

it('two workers that start a journey for one person at the same instant keep its limit', async () => {
  await rig.hear(rig.event(person, 'order.placed'), rig.event(person, 'order.placed'));
  await rig.setNow(NEXT_HOUR);
  const facts = new MeetingFacts(2);
  const [one, other] = [await claimOne(), await claimOne()];
  const reports = await Promise.all([wake(one, facts), wake(other, facts)]);
  expect(reports.map(({ failed }) => failed)).toEqual([[], []]);
  expect(reports.map(({ started }) => started).toSorted()).toEqual([0, 1]);
  expect(await underWay()).toHaveLength(1);
  expect(await refusals()).toEqual(['limit']);
});

it('a person whom a worker has just let in is not let in by an event as well', async () => {
  await rig.hear(rig.event(person, 'order.placed'));
  await rig.setNow(NEXT_HOUR);
  const timers = await claimOne();
  let heard: ReturnType<typeof rig.hear> | undefined;
  await rig.unitOfWork.inShop(rig.shop.id, async (tx) => {
    expect(await rig.makeWaker().run(tx, timers)).toMatchObject({ started: 1 });
    heard = rig.hear(rig.event(person, 'ticket.solved', { occurredAt: NEXT_HOUR }));
    // long enough for one that doesn't wait
    await Promise.race([heard, new Promise((resolve) => setTimeout(resolve, 300))]);
  });
  expect(await heard).toMatchObject({ started: 0, entries: [{ refused: { reason: 'limit' } }] });
  expect(await underWay()).toHaveLength(1);
});
