import { FoldEvents, RecordAnswers } from '#app/application';
import type { DomainEvent, EventType, JourneyDocument, StepDocument } from '#app/domain';
import { PgAnswerStore, PgFactsStore, PgHeldMessages } from '#app/persistence';
import { UuidV7Ids } from '#app/platform';
import { jest } from '@jest/globals';
import fc from 'fast-check';
import { aJourney, JourneyRig, NOW, send, step, wait } from './journeys-rig.js';
import { anySteps } from './random-steps.js';

jest.setTimeout(180_000);
const HISTORIES = Number(process.env['AFTERGLOW_HISTORIES'] ?? 30);
const PEOPLE = 3;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** One thing that a sender tells, of a person by number and of one of their two orders or of none. */
interface News {
  readonly type: EventType;
  readonly who: number;
  readonly order: 0 | 1 | null;
  readonly minutesLate: number;
  readonly promisedDate: string | undefined;
}

/** What lies in the inbox when the clock has gone on by some hours. */
interface Round {
  readonly hours: number;
  readonly news: readonly News[];
}

/** How else the same could have come in: neighbours to swap, and after which ones a batch ends. */
interface OtherWay {
  readonly swaps: readonly number[];
  readonly cuts: readonly boolean[];
}

/**
 * The rule. A run takes events in the order in which they came in, so that order counts among events of one order, and wherever one
 * of two says something that the other's runs may ask: an order that is placed, or a word about the person. All else is concurrent.
 */
function areConcurrent(a: News, b: News, isPersonWritten: boolean): boolean {
  if (a.who !== b.who) return true;
  const isOfPerson = ({ type, order }: News): boolean => order === null || type === 'order.placed';
  return !isPersonWritten && a.order !== b.order && !isOfPerson(a) && !isOfPerson(b);
}

function swapped(news: readonly News[], swaps: readonly number[], isPersonWritten: boolean): News[] {
  const other = [...news];
  for (const swap of swaps) {
    const at = swap % Math.max(1, other.length - 1);
    const [left, right] = [other[at], other[at + 1]];
    if (left && right && areConcurrent(left, right, isPersonWritten)) other.splice(at, 2, right, left);
  }
  return other;
}

function cutAfter(news: readonly News[], cuts: readonly boolean[]): News[][] {
  const batches: News[][] = [[]];
  for (const [index, each] of news.entries()) {
    batches.at(-1)?.push(each);
    if (cuts[index]) batches.push([]);
  }
  return batches;
}

const news: fc.Arbitrary<News> = fc
  .record({
    type: fc.constantFrom<EventType>(
      'order.placed',
      'order.placed',
      'order.updated',
      'order.paid',
      'order.cancelled',
      'customer.updated',
    ),
    who: fc.nat(PEOPLE - 1),
    order: fc.constantFrom(0 as const, 1 as const),
    minutesLate: fc.nat(300),
    promisedDate: fc.constantFrom(undefined, '2026-03-10', '2026-03-12'),
  })
  .map((each) => (each.type === 'customer.updated' ? { ...each, order: null } : each));
const rounds: fc.Arbitrary<Round[]> = fc.array(
  fc.record({ hours: fc.constantFrom(0, 1, 6, 30, 80), news: fc.array(news, { minLength: 1, maxLength: 12 }) }),
  { minLength: 1, maxLength: 5 },
);
const otherWay: fc.Arbitrary<OtherWay> = fc.record({
  swaps: fc.array(fc.nat(100), { minLength: 40, maxLength: 40 }),
  cuts: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
});
const of = (type: EventType, who: number, order: 0 | 1 | null, promisedDate?: string): News => ({
  type,
  who,
  order,
  minutesLate: 0,
  promisedDate,
});
const BATCH_BY_BATCH: OtherWay = { swaps: [0], cuts: Array.from({ length: 12 }, () => true) };
/** What random histories meet seldom. */
const EXAMPLES: [StepDocument[], Round[], OtherWay][] = [
  // a run hears of the next order before the news of its own that comes later in the batch
  [
    [step('due', 'wait', { until: 'order.promisedDate', otherwise: 'wait' }), send('say')],
    [
      { hours: 0, news: [of('order.placed', 0, 0)] },
      { hours: 0, news: [of('order.placed', 0, 1), of('order.paid', 0, 0, '2026-03-12')] },
    ],
    BATCH_BY_BATCH,
  ],
  // a message that came too late, and one of a person who is held out, of a run that the same batch ends
  ...[send('say', { usefulFor: 'PT0S' }), step('out', 'hold-out', { percent: 100 })].map(
    (first): [StepDocument[], Round[], OtherWay] => [
      [first, send('more'), wait('on', 'PT5H')],
      [{ hours: 0, news: [of('order.placed', 0, 0), of('order.cancelled', 0, 0)] }],
      BATCH_BY_BATCH,
    ],
  ),
];
/** Whom a draw takes depends on ids, which differ from one telling to the next: everybody, or nobody. */
const steps = anySteps.filter((list) => !list.some(({ settings }) => settings['percent'] === 50));

describe('events that came in another way', () => {
  let rig: JourneyRig;
  let intake: FoldEvents;
  const ids = new UuidV7Ids();
  let now = Date.parse(NOW);
  let told = 0;

  beforeAll(async () => {
    rig = await JourneyRig.start('arrival');
    intake = new FoldEvents(
      new PgFactsStore(),
      new RecordAnswers(new PgAnswerStore(), ids),
      ids,
      rig.secrets,
      new PgHeldMessages(),
    );
  });
  afterAll(() => rig.stop());

  function eventOf({ type, who, order, minutesLate, promisedDate }: News, world: string) {
    const inboxId = ids.next();
    const event = {
      id: `${inboxId}-0`,
      type,
      occurredAt: new Date(now - minutesLate * MINUTE).toISOString(),
      receivedAt: new Date(now).toISOString(),
      customer: { externalId: `${world}p${who}`, email: `${world}p${who}@mail.example` },
      ...(order === null ? {} : { order: { externalId: `${world}o${who}${order}` } }),
      data:
        type === 'customer.updated'
          ? { profile: { tags: [`late${minutesLate}`] } }
          : { name: `#${order}`, promisedDate },
    } as unknown as DomainEvent;
    return { event, inboxId, ordinal: 0, sourceId: rig.shop.id };
  }

  async function take(batch: readonly News[], world: string): Promise<void> {
    await rig.unitOfWork.inShop(rig.shop.id, async (tx) => {
      const { fresh } = await intake.fold(
        tx,
        rig.shop,
        now,
        batch.map((each) => eventOf(each, world)),
      );
      await rig.runtime.onEvents(tx, rig.shop, now, fresh);
    });
  }

  /** Everything that came of a world's events, whatever its ids are. */
  async function outcome(world: string): Promise<string[]> {
    const rows = await rig.query<{ text: string }>(
      `with r as (
         select * from app.journey_run where customer_id in
           (select customer_id from app.customer_identity where kind = 'external' and starts_with(value, $1)))
       select 'run ' || j.key || ' ' || r.entry_key || ' ' || r.entry_number || ' ' || r.status || ' ' || r.state::text as text
         from r join app.journey j on j.id = r.journey_id
       union all select 'line ' || j.key || ' ' || r.entry_key || ' ' || r.entry_number || ' ' || (to_jsonb(l))::text
         from app.run_journal l join r on r.id = l.run_id join app.journey j on j.id = r.journey_id
       union all select 'message ' || j.key || ' ' || r.entry_key || ' ' || r.entry_number || ' ' || m.step || ' ' || m.visit || ' ' || m.state
           || ' ' || coalesce(m.reason, '') || ' ' || m.due_at || ' ' || m.context::text
         from app.message m join r on r.id = m.run_id join app.journey j on j.id = r.journey_id
       union all select 'timer ' || j.key || ' ' || r.entry_key || ' ' || t.state || ' ' || t.due_at
         from app.timer t join r on r.id = t.run_id join app.journey j on j.id = r.journey_id`,
      [world],
    );
    return rows
      .map(({ text }) => text.replaceAll(world, '').replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'id'))
      .toSorted();
  }

  async function live(document: JourneyDocument, history: readonly Round[], other: OtherWay) {
    const isPersonWritten = document.steps.some(({ kind }) => kind === 'set-attribute');
    told += 1;
    const worlds = [`w${told}one-`, `w${told}two-`] as const;
    for (const round of history) {
      now += round.hours * HOUR;
      await rig.setNow(new Date(now).toISOString());
      await rig.query('select app.ensure_partitions(app.now())');
      for (let rung = 0; rung < 4; rung += 1) await rig.makeTimers().run();
      await take(round.news, worlds[0]);
      for (const batch of cutAfter(swapped(round.news, other.swaps, isPersonWritten), other.cuts))
        await take(batch, worlds[1]);
    }
    return Promise.all(worlds.map(outcome));
  }

  it('give the same runs, journals, messages and timers, while the order among those that are not concurrent is kept', async () => {
    let lines = 0;
    await fc.assert(
      fc.asyncProperty(steps, rounds, otherWay, async (drawn, history, other) => {
        const document = aJourney({
          key: `any-${told}`,
          steps: drawn,
          exitOn: [{ event: 'order.cancelled' }],
          goal: { event: 'order.paid', within: 'P2D' },
        });
        await rig.publish(document);
        const [one, two] = await live(document, history, other);
        await rig.states.archive(rig.shop.id, document.key);
        expect(two).toEqual(one);
        lines += one?.length ?? 0;
      }),
      { numRuns: HISTORIES, examples: EXAMPLES },
    );
    expect(lines).toBeGreaterThan(HISTORIES);
  });
});
