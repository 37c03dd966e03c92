import { VirtualClockPort } from '#app/application';
import { toInstant, toIso } from '#app/domain';
import { randomHistory } from '../support/random-history.js';
import { NO_CONTACT_RULES } from '../support/contact-rules.js';
import { ApiRig } from './api-rig.js';
import { backtestOf, LiveShop, type Report } from './live-shop.js';

const PRESETS = ['delay-apology', 'delivery-csat', 'order-thank-you', 'repeat-thank-you', 'review-request'] as const;
const START = '2026-02-01T00:00:00.000Z';
const MIDDLE = '2026-03-15T00:00:00.000Z';
const END = '2026-06-30T00:00:00.000Z';

describe('a backtest', () => {
  let rig: ApiRig;
  const backtest = (key: string, from: string, to: string, more: object = {}): Promise<Report> =>
    backtestOf(rig, key, { from, to, ...more });
  const sent = async (key: string, from: string): Promise<number> => {
    const { rows } = await rig.owner.query<{ n: number }>(
      `select count(*)::int as n from app.message m join app.journey j on j.id = m.journey_id
       where j.key = $1 and m.state = 'sent' and m.created_at >= $2`,
      [key, from],
    );
    return rows[0]?.n ?? 0;
  };
  const kept = async (key: string): Promise<Record<string, number>> => {
    const { rows } = await rig.owner.query<{ reason: string; n: number }>(
      `select m.reason, count(*)::int as n from app.message m join app.journey j on j.id = m.journey_id
       where j.key = $1 and m.state in ('suppressed', 'expired') group by m.reason`,
      [key],
    );
    return Object.fromEntries(rows.map(({ reason, n }) => [reason, n]));
  };

  beforeAll(async () => {
    rig = await ApiRig.start('backtest');
    await rig.app.get(VirtualClockPort).set(toInstant(START));
    await rig.owner.query('update app.shop set contact_rules = $1', [NO_CONTACT_RULES]);
    for (const key of PRESETS) {
      const { status, text } = await rig.post(`/api/v1/presets/${key}/install`, { publish: true });
      if (status >= 300) throw new Error(text);
    }
    const live = new LiveShop(rig);
    await live.tell(randomHistory({ seed: 7, orders: 90, people: 40, from: START }));
    await live.reach(END);
  }, 300_000);

  afterAll(() => rig.stop());

  it.each(PRESETS)(
    'of %s gives the messages that were really sent, person by person and to the millisecond',
    async (key) => {
      const report = await backtest(key, START, END);
      expect(report.diff.examples).toEqual({ onlyBacktest: [], onlyOther: [], retimed: [] });
      expect(report.diff.both).toBe(await sent(key, START));
      expect(report.messages.wouldSend).toBe(report.diff.both);
      expect(report.suppressed).toEqual(await kept(key));
      expect(report.diff.both).toBeGreaterThan(3);
    },
  );

  it.each(['review-request', 'delay-apology'])(
    'of %s over the second half knows what was known before',
    async (key) => {
      const report = await backtest(key, MIDDLE, END);
      expect(report.earlierEvents).toBeGreaterThan(50);
      expect(report.diff).toMatchObject({ onlyBacktest: 0, onlyOther: 0, retimed: 0, both: await sent(key, MIDDLE) });
    },
  );

  it('accounts for every visit to a step', async () => {
    for (const key of PRESETS) {
      const { funnel, entered } = await backtest(key, START, toIso(toInstant(END) - 90 * 86_400_000));
      const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0);
      for (const step of funnel) {
        const { sent: went, passed, heldOut, skipped, failed, waiting, exited } = step;
        const accounted = went + passed + heldOut + sum(skipped) + sum(failed) + sum(waiting) + sum(exited);
        expect({ key, ...step }).toMatchObject({ entered: accounted });
      }
      expect(funnel[0]?.entered).toBe(entered);
    }
  });

  it('writes nothing', async () => {
    const count = async (): Promise<unknown> =>
      (
        await rig.owner.query(
          `select (select count(*) from app.journey_run) as runs, (select count(*) from app.message) as messages,
             (select count(*) from app.run_journal) as journal, (select count(*) from app.timer) as timers`,
        )
      ).rows;
    const before = await count();
    await backtest('review-request', START, END);
    expect(await count()).toEqual(before);
  });

  it('renders a sample and finds what others sent on the same day', async () => {
    const { sample, collisions } = await backtest('order-thank-you', START, END);
    expect(sample.length).toBeGreaterThan(0);
    expect(sample[0]).toMatchObject({ problem: null, subject: expect.stringContaining('Thank you') });
    expect(collisions.messages).toBeGreaterThan(0);
    expect(collisions.byJourney).not.toHaveProperty('order-thank-you');
  });

  it('compares two versions', async () => {
    const { body } = await rig.get<{ versions: { document: { settings: object } }[] }>(
      '/api/v1/journeys/review-request',
    );
    const document = body.versions[0]?.document;
    await rig.post('/api/v1/journeys', { ...document, settings: { ...document?.settings, after: 'P30D' } });
    const report = await backtest('review-request', START, END, { against: 1 });
    expect(report.diff).toMatchObject({ against: 'version 1' });
    expect(report.diff.retimed).toBeGreaterThan(0);
  });

  it.each([
    ['no-such-journey', { from: START, to: END }, 404],
    ['review-request', { from: START, to: END, version: 99 }, 404],
    ['review-request', { from: END, to: START }, 422],
    ['review-request', { from: 'yesterday', to: END }, 422],
  ])('of %s with %j is refused by %i', async (key, request, status) => {
    expect((await rig.post(`/api/v1/journeys/${key}/backtest`, request)).status).toBe(status);
  });

  it('that is unknown is not found', async () => {
    const id = '01890000-0000-7000-8000-000000000000';
    expect((await rig.get(`/api/v1/backtests/${id}`)).status).toBe(404);
    expect((await rig.call('DELETE', `/api/v1/backtests/${id}`)).status).toBe(404);
  });

  it('of one person from now on goes on with the run that waits, or supposes the trigger', async () => {
    const email = 'new@mail.example';
    await new LiveShop(rig).tell([
      {
        receivedAt: toIso(toInstant(END) + 3_600_000),
        id: 'dry-1',
        type: 'order.placed',
        occurredAt: toIso(toInstant(END) + 3_600_000),
        customer: { externalId: 'dry', email },
        order: { externalId: 'dry-1' },
        data: { name: '#dry', promisedDate: '2026-07-10' },
      },
    ]);
    const { body } = await rig.get<{ items: { id: string }[] }>(`/api/v1/customers?email=${email}`);
    const customer = body.items[0]?.id;
    const apology = await rig.post('/api/v1/journeys/delay-apology/dry-run', { customer, order: 'dry-1' });
    expect(apology).toMatchObject({
      status: 200,
      body: { start: 'waiting', entered: true, end: { status: 'completed' }, messages: [{ wouldSend: true }] },
    });
    const csat = await rig.post('/api/v1/journeys/delivery-csat/dry-run', { customer, order: 'dry-1' });
    expect(csat).toMatchObject({ status: 200, body: { start: 'supposed', entered: false, refusal: 'where' } });
    const again = await rig.post('/api/v1/journeys/order-thank-you/dry-run', { customer, order: 'dry-1' });
    expect(again).toMatchObject({ status: 200, body: { entered: false, refusal: 'entered-before' } });
  });
});
