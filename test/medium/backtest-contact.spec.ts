import { VirtualClockPort } from '#app/application';
import { type JourneyDocument, toInstant } from '#app/domain';
import { NO_CONTACT_RULES } from '../support/contact-rules.js';
import { randomHistory, type ToldEvent } from '../support/random-history.js';
import { aJourney, send, step, wait } from './a-journey.js';
import { ApiRig } from './api-rig.js';
import { backtestOf, LiveShop, type Report } from './live-shop.js';

const PRESETS = [
  'delivery-csat',
  'review-request',
  'relationship-nps',
  'detractor-recovery',
  'order-thank-you',
] as const;
const START = '2026-02-01T00:00:00.000Z';
const MIDDLE = '2026-03-15T00:00:00.000Z';
const END = '2026-06-30T00:00:00.000Z';
/** Before the hours begin. */
const NIGHT = '2026-04-10T04:00:00.000Z';

const advert = (fields: Partial<JourneyDocument>): JourneyDocument =>
  aJourney({ class: 'marketing', holdOut: 'none', ...fields });

const ADVERTS = [
  // opens a case of its own, which holds what it wants to sell a day later
  advert({
    key: 'consolation',
    priority: 45,
    trigger: { event: 'order.refunded' },
    steps: [
      step('note', 'open-case', { topic: 'refund', title: 'Refunded', priority: 'high' }),
      wait('pause', 'P1D'),
      send('offer', { usefulFor: 'P20D' }),
    ],
  }),
  advert({ key: 'news', priority: 30, steps: [send('offer', { usefulFor: 'P3D' })] }),
  advert({
    key: 'tip',
    priority: 20,
    trigger: { event: 'shipment.delivered', where: 'order.delivered' },
    exitOn: [{ event: 'order.placed' }],
    steps: [wait('settle', 'PT36H'), send('tip', { usefulFor: 'P10D' }), wait('later', 'P5D'), send('more')],
  }),
];
const KEYS = [...PRESETS, ...ADVERTS.map(({ key }) => key)];

/** Some of the answers are bad. */
const mixed = (event: ToldEvent, index: number): ToldEvent =>
  event.type === 'survey.answered' ? { ...event, data: { ...event.data, score: index % 2 === 0 ? 1 : 5 } } : event;

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0);

describe('a backtest under contact rules', () => {
  let rig: ApiRig;
  const reports = new Map<string, Report>();
  const report = (key: string): Report => reports.get(key) as Report;
  const counted = async (key: string, from: string): Promise<Record<string, number>> => {
    const { rows } = await rig.owner.query<{ fate: string; n: number }>(
      `select case when m.state = 'sent' then 'sent' else m.reason end as fate, count(*)::int as n
       from app.message m join app.journey j on j.id = m.journey_id where j.key = $1 and m.created_at >= $2 group by 1`,
      [key, from],
    );
    return Object.fromEntries(rows.map(({ fate, n }) => [fate, n]));
  };
  const post = async (path: string, body: object): Promise<void> => {
    const { status, text } = await rig.post(path, body);
    if (status >= 300) throw new Error(text);
  };
  const closeCases = async (): Promise<void> => {
    const { body } = await rig.get<{ items: { id: string }[] }>('/api/v1/cases?state=open&limit=100');
    for (const { id } of body.items.filter((_, index) => index % 3 > 0))
      await post(`/api/v1/cases/${id}/close`, { outcome: 'solved' });
  };

  beforeAll(async () => {
    rig = await ApiRig.start('backtest-contact');
    await rig.app.get(VirtualClockPort).set(toInstant(START));
    for (const key of PRESETS) await post(`/api/v1/presets/${key}/install`, { publish: true });
    for (const document of ADVERTS) {
      await post('/api/v1/journeys', document);
      await post(`/api/v1/journeys/${document.key}/publish`, {});
    }
    const live = new LiveShop(rig);
    const told = randomHistory({ seed: 11, orders: 110, people: 30, from: START }).map(mixed);
    for (let start = 0; start < told.length; start += 60) {
      await live.tell(told.slice(start, start + 60));
      await closeCases();
      await live.work();
    }
    await live.reach(END);
    for (const key of KEYS) reports.set(key, await backtestOf(rig, key, { from: START, to: END }));
  }, 400_000);

  afterAll(() => rig.stop(), 60_000);

  it.each(KEYS)('of %s gives what was really sent and kept back, and when', async (key) => {
    const { diff, suppressed, messages } = report(key);
    expect(diff).toMatchObject({ examples: { onlyBacktest: [], onlyOther: [], retimed: [] } });
    const { sent = 0, ...kept } = await counted(key, START);
    expect(messages.wouldSend).toBe(sent);
    expect(suppressed).toEqual(kept);
    expect(sent).toBeGreaterThan(2);
  });

  it('tells which rules did what, and whose messages stood in the way', async () => {
    const verdicts = await rig.owner.query<{ key: string; reason: string; n: number }>(
      `select j.key, v.reason, count(distinct m.id)::int as n from app.contact_verdict v join app.message m on m.id = v.message_id
       join app.journey j on j.id = m.journey_id where v.verdict = 'defer' group by 1, 2`,
    );
    const seen = new Set<string>();
    for (const key of KEYS) {
      const { contact } = report(key);
      const byRule = verdicts.rows.filter((row) => row.key === key).map(({ reason, n }) => [reason, n] as const);
      expect({ key, ...contact.putOff.byRule }).toEqual({ key, ...Object.fromEntries(byRule) });
      for (const [reason] of byRule) seen.add(reason);
      expect(contact.heldByOthers.byJourney).not.toHaveProperty(key);
    }
    expect(report('news').contact.heldByOthers.byJourney).not.toEqual({});
    const rules = ['day-cap', 'marketing-cap', 'mood:open-case', 'order-under-way', 'quiet-hours', 'survey-rest'];
    expect([...seen]).toEqual(expect.arrayContaining(rules));
  });

  it('knows what was handed over and put off before its range', async () => {
    for (const key of ['tip', 'delivery-csat']) {
      const { diff, suppressed } = await backtestOf(rig, key, { from: MIDDLE, to: END });
      expect(diff).toMatchObject({ onlyBacktest: 0, onlyOther: 0, retimed: 0 });
      const { sent = 0, ...kept } = await counted(key, MIDDLE);
      expect({ key, sent: diff.both, ...suppressed }).toEqual({ key, sent, ...kept });
    }
  }, 30_000);

  it('accounts for what is still put off at the end of its range', async () => {
    const { funnel, contact, diff } = await backtestOf(rig, 'tip', { from: START, to: NIGHT });
    expect(diff).toMatchObject({ onlyBacktest: 0, onlyOther: 0, retimed: 0 });
    expect(sum(contact.waiting)).toBeGreaterThan(0);
    for (const { entered, sent, passed, heldOut, skipped, failed, waiting, exited } of funnel)
      expect(sent + passed + heldOut + sum(skipped) + sum(failed) + sum(waiting) + sum(exited)).toBe(entered);
  }, 30_000);

  it('puts nothing off where the rules are off', async () => {
    await rig.owner.query('update app.shop set contact_rules = $1', [NO_CONTACT_RULES]);
    const { contact, messages, suppressed } = await backtestOf(rig, 'news', { from: START, to: END });
    await rig.owner.query('update app.shop set contact_rules = null');
    expect(contact).toMatchObject({ putOff: { messages: 0, sentLater: 0 }, skipped: {}, waiting: {} });
    expect(messages.wouldSend).toBeGreaterThan(report('news').messages.wouldSend);
    expect(Object.keys(suppressed)).not.toContain('rest-after-answer');
  }, 30_000);

  it('of one person counts what they got today and the case that the journey opens', async () => {
    const at = '2026-06-30T09:00:00.000Z';
    const customer = { externalId: 'dry', email: 'dry@mail.example' };
    const data = { name: '#dry', profile: { timeZone: 'Europe/Paris' }, consents: [{ channel: 'email' }] };
    const told = { receivedAt: at, id: 'dry', type: 'order.placed', occurredAt: at, customer };
    await new LiveShop(rig).tell([{ ...told, order: { externalId: 'dry' }, data }]);
    const draft = advert({ key: 'instant', trigger: { event: 'order.refunded' }, steps: [send('offer')] });
    await post('/api/v1/journeys', draft);
    const { body } = await rig.get<{ items: { id: string }[] }>(`/api/v1/customers?email=${customer.email}`);
    const dryRun = (key: string) =>
      rig.post(`/api/v1/journeys/${key}/dry-run`, { customer: body.items[0]?.id, order: 'dry' });
    expect((await dryRun('instant')).body).toMatchObject({
      messages: [{ wouldSend: true, putOffBy: ['day-cap'], at: '2026-07-01T06:00:00.000Z' }],
    });
    expect((await dryRun('consolation')).body).toMatchObject({
      messages: [{ wouldSend: false, reason: 'mood:open-case' }],
    });
  }, 30_000);
});
