import { VirtualClockPort } from '#app/application';
import { type JourneyDocument, toInstant } from '#app/domain';
import { NO_CONTACT_RULES } from '../support/contact-rules.js';
import { randomHistory, type ToldEvent } from '../support/random-history.js';
import { aJourney, send, step, wait } from './a-journey.js';
import { ApiRig } from './api-rig.js';
import { backtestOf, LiveShop, type Report } from './live-shop.js';

const START = '2026-02-01T00:00:00.000Z';
const MIDDLE = '2026-03-15T00:00:00.000Z';
const END = '2026-06-30T00:00:00.000Z';
const HOUR_MS = 3_600_000;

const promised = { trigger: { date: 'order.promisedDate', lead: 'P1D', at: '10:00' } } as const;
const OPENED: readonly JourneyDocument[] = [
  aJourney({ key: 'promised', ...promised, audience: '!order.delivered && !order.cancelled' }),
  aJourney({
    key: 'name-day',
    trigger: { date: 'customer.attributes.nameDay', every: 'year', lead: 'P3D' },
    entry: { key: 'customer.id', per: 'year', reentry: 'never' },
    steps: [send('wish'), wait('later', 'P2D'), send('again')],
  }),
  aJourney({
    key: 'mondays',
    trigger: { schedule: { every: 'week', on: ['mon'], at: '09:00' }, segment: 'customer.orderCount >= 2' },
    entry: { key: 'customer.id', per: 'month', reentry: 'never' },
    steps: [send('say'), wait('week', 'P7D'), send('sms', { channels: ['sms'] })],
  }),
  aJourney({
    key: 'daily',
    trigger: { schedule: { every: 'day', at: '18:00' }, segment: '!("seen" in customer.tags)' },
    entry: { key: 'customer.id', per: 'day', reentry: 'after-end', limit: 1 },
    steps: [wait('day', 'PT30H'), step('seen', 'tag', { add: ['seen'] }), send('say')],
  }),
  aJourney({
    key: 'note-down',
    trigger: { date: 'customer.attributes.checkBack' },
    entry: { key: 'customer.id + "/" + event.data.date', reentry: 'never' },
    steps: [send('say'), step('next', 'set-attribute', { attribute: 'checkBack', value: '2026-05-20' })],
  }),
];
const KEYS = OPENED.map(({ key }) => key);

/** Some people tell a day of theirs, and some change it. */
function daysOf(people: number): ToldEvent[] {
  return Array.from({ length: people }, (_, person) => {
    const day = (shift: number): string => `2026-0${2 + ((person + shift) % 4)}-${String(10 + person).slice(0, 2)}`;
    return [0, 1].flatMap((change) => {
      if (change === 1 && person % 3 > 0) return [];
      const at = new Date(Date.parse(START) + (person * 31 + change * 700 + 1) * HOUR_MS + person).toISOString();
      const attributes = {
        nameDay: day(change).replace('2026', '1990'),
        ...(person % 2 === 0 ? { checkBack: day(change + 1) } : {}),
      };
      const customer = { externalId: `p${person}`, email: `p${person}@mail.example` };
      return [
        {
          receivedAt: at,
          id: `day-${person}-${change}`,
          type: 'customer.updated',
          occurredAt: at,
          customer,
          data: { profile: { attributes } },
        },
      ];
    });
  }).flat();
}

describe('a backtest of a journey that begins by a date or a schedule', () => {
  let rig: ApiRig;
  const post = async (path: string, body: object): Promise<void> => {
    const { status, text } = await rig.post(path, body);
    if (status >= 300) throw new Error(text);
  };
  const sent = async (key: string, from: string): Promise<number> => {
    const { rows } = await rig.owner.query<{ n: number }>(
      `select count(*)::int as n from app.message m join app.journey j on j.id = m.journey_id
       where j.key = $1 and m.state = 'sent' and m.created_at >= $2`,
      [key, from],
    );
    return rows[0]?.n ?? 0;
  };
  const backtest = (key: string, from = START, more: object = {}): Promise<Report> =>
    backtestOf(rig, key, { from, to: END, ...more });

  beforeAll(async () => {
    rig = await ApiRig.start('backtest-openings');
    await rig.app.get(VirtualClockPort).set(toInstant(START));
    await rig.owner.query('update app.shop set contact_rules = $1', [NO_CONTACT_RULES]);
    for (const document of OPENED) {
      await post('/api/v1/journeys', document);
      await post(`/api/v1/journeys/${document.key}/publish`, {});
    }
    const live = new LiveShop(rig);
    const orders = randomHistory({ seed: 5, orders: 45, people: 20, from: START });
    await live.tell([...orders, ...daysOf(20)].toSorted((a, b) => (a.receivedAt < b.receivedAt ? -1 : 1)));
    await live.reach(END);
  }, 600_000);

  afterAll(() => rig.stop(), 60_000);

  it.each(KEYS)(
    'gives what %s really sent',
    async (key) => {
      const { diff, messages } = await backtest(key);
      expect(diff.examples).toEqual({ onlyBacktest: [], onlyOther: [], retimed: [] });
      expect(messages.wouldSend).toBe(await sent(key, START));
      expect(messages.wouldSend).toBeGreaterThan(5);
    },
    30_000,
  );

  it.each(KEYS)(
    'knows who had entered %s before its range',
    async (key) => {
      const { diff } = await backtest(key, MIDDLE);
      expect(diff).toMatchObject({ onlyBacktest: 0, onlyOther: 0, retimed: 0, both: await sent(key, MIDDLE) });
    },
    30_000,
  );

  it('needs none that was ever live', async () => {
    for (const document of OPENED.slice(0, 3)) {
      const draft = { ...document, key: `${document.key}-draft` };
      await post('/api/v1/journeys', draft);
      const report = await backtest(draft.key);
      expect(report.messages.wouldSend).toBe((await backtest(document.key)).messages.wouldSend);
      expect(report.diff).toMatchObject({ onlyOther: 0, both: 0 });
    }
  }, 60_000);

  it('counts the parts of text messages and what they cost', async () => {
    const { sms } = await backtest('mondays', START, { smsPrice: 0.075 });
    expect(sms.messages).toBeGreaterThan(1);
    expect(sms).toEqual({
      messages: sms.messages,
      segments: sms.messages,
      cost: { amount: Math.round(sms.messages * 7.5), currency: 'EUR' },
    });
    expect((await backtest('mondays')).sms.cost).toBeNull();
  }, 30_000);
});
