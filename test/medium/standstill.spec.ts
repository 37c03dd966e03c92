import { DeliverMessages, FireDueTimers, ProcessInbox, UnitOfWork, VirtualClockPort } from '#app/application';
import { type EventType, toInstant } from '#app/domain';
import { PgTimerStore } from '#app/persistence';
import { ApiRig } from './api-rig.js';
import { aJourney, NOW, send, wait } from './journeys-rig.js';

const after = (hours: number): string => new Date(Date.parse(NOW) + hours * 3_600_000).toISOString();

describe('a shop that is paused', () => {
  let rig: ApiRig;
  let n = 0;
  const rows = async <T extends object>(sql: string): Promise<T[]> => (await rig.owner.query<T>(sql)).rows;
  const clock = (hours: number) => rig.app.get(VirtualClockPort).set(toInstant(after(hours)));
  const pause = (scope: 'all' | 'journeys') => rig.post('/api/v1/ops/pause', { scope });
  const resume = () => rig.post('/api/v1/ops/resume');
  const tell = async (person: string, type: EventType, hours = 0) => {
    n += 1;
    const { status, text } = await rig.post('/api/v1/events', {
      id: `e${n}`,
      type,
      occurredAt: after(hours),
      customer: { externalId: person, email: `${person}@mail.example` },
      order: { externalId: `o-${person}` },
      data: {},
    });
    if (status !== 202) throw new Error(text);
  };
  const work = async () => ({
    bodies: (await rig.app.get(ProcessInbox).run()).claimed,
    timers: (await rig.app.get(FireDueTimers).run()).claimed,
    messages: (await rig.app.get(DeliverMessages).run('email')).claimed,
  });
  const runs = () =>
    rows<{ person: string; status: string }>(
      `select o.external_id as person, r.status from app.journey_run r join app.orders o on o.id = r.order_id
       join app.journey j on j.id = r.journey_id and j.key = 'thanks' order by 1`,
    );

  beforeAll(async () => {
    rig = await ApiRig.start('standstill');
  }, 60_000);
  afterAll(() => rig.stop());
  beforeEach(async () => {
    await rig.owner.query('truncate app.journey, app.customer, app.orders, app.message, app.timer cascade');
    await rig.owner.query('truncate app.inbox_event, app.inbox_dedupe, app.event, app.journey_run');
    await clock(0);
    const rest = [wait('rest', 'PT1H'), send('say')];
    const exits = { exitOn: [{ event: 'order.cancelled' as const }] };
    for (const document of [aJourney({ steps: rest, ...exits }), aJourney({ key: 'at-once', ...exits })]) {
      await rig.post('/api/v1/journeys', document);
      await rig.post(`/api/v1/journeys/${document.key}/publish`);
    }
    for (const person of ['ada', 'bea']) await tell(person, 'order.placed');
    await rig.app.get(ProcessInbox).run();
  }, 60_000);
  afterEach(resume);

  it('with its intake leaves everything where it is, and nothing is lost', async () => {
    await pause('all');
    await clock(2);
    await tell('eve', 'order.placed', 2);
    expect(await work()).toEqual({ bodies: 0, timers: 0, messages: 0 });
    await resume();
    expect(await work()).toEqual({ bodies: 1, timers: 2, messages: 5 });
    expect((await runs()).map(({ person }) => person)).toEqual(['o-ada', 'o-bea', 'o-eve']);
  }, 30_000);

  it('in its journeys takes in facts and lets runs hear of them; nobody enters, no timer rings, nothing goes out', async () => {
    await pause('journeys');
    await clock(2);
    await tell('ada', 'order.cancelled', 1);
    await tell('eve', 'order.placed', 2);
    expect(await rows('select inbox, timers, messages from app.agenda()')).toEqual([
      { inbox: false, timers: false, messages: false },
    ]);
    expect((await rig.app.get(VirtualClockPort).agenda()).inbox).toBe(true);
    expect(await work()).toEqual({ bodies: 2, timers: 0, messages: 0 });
    expect((await rig.app.get(VirtualClockPort).agenda()).inbox).toBe(false);
    expect(await runs()).toEqual([
      { person: 'o-ada', status: 'exited' },
      { person: 'o-bea', status: 'waiting' },
    ]);
    expect(await rows(`select 1 from app.orders where external_id = 'o-eve' and placed_at is not null`)).toHaveLength(
      1,
    );
    const funnel = await rig.get<{ steps: { waiting: object }[] }>('/api/v1/journeys/thanks/funnel');
    expect(funnel.body.steps[0]?.waiting).toEqual({ 'shop-paused': 1 });
    await resume();
    expect(await work()).toEqual({ bodies: 0, timers: 1, messages: 3 });
    await tell('ivy', 'order.placed', 2);
    await work();
    expect((await runs()).map(({ person }) => person)).toEqual(['o-ada', 'o-bea', 'o-ivy']);
  }, 30_000);

  it('rings no timer that a worker had claimed before, and counts no attempt', async () => {
    await clock(2);
    const claimed = await rows<{ shop_id: string; run_id: string; due_at: Date; attempts: number; epoch: number }>(
      `select * from app.claim_due_timers(10, '1 minute')`,
    );
    expect(claimed).toHaveLength(2);
    await pause('journeys');
    const due = await rig.app.get(UnitOfWork).inShop(rig.shopId, (tx) =>
      new PgTimerStore().lockDue(
        tx,
        claimed.map((row) => ({
          shopId: row.shop_id,
          runId: row.run_id,
          dueAt: row.due_at.getTime(),
          attempts: row.attempts,
          epoch: row.epoch,
          isSuspect: false,
        })),
      ),
    );
    expect(due).toEqual([]);
    expect(await rows('select distinct state, attempts from app.timer')).toEqual([{ state: 'scheduled', attempts: 0 }]);
    await resume();
    expect(await rig.app.get(FireDueTimers).run()).toMatchObject({ fired: 2 });
  }, 30_000);
});
