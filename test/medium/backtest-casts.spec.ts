import { BacktestHistory, UnitOfWork, VirtualClockPort } from '#app/application';
import { toInstant } from '#app/domain';
import { NO_CONTACT_RULES } from '../support/contact-rules.js';
import type { ToldEvent } from '../support/random-history.js';
import { aJourney, send } from './a-journey.js';
import { ApiRig } from './api-rig.js';
import { backtestOf, LiveShop, type Report } from './live-shop.js';

const START = '2026-02-01T00:00:00.000Z';
const END = '2026-04-01T00:00:00.000Z';
const MAIL = 'kitchen@family.example';
const PHONE = '+4915112345678';

const JOURNEYS = [
  // knows of the placement by the person who placed it, and concerns the one who has the order now
  aJourney({ key: 'arrived', trigger: { event: 'shipment.delivered', where: 'order.placed && order.delivered' } }),
  aJourney({ key: 'how-was-it', class: 'feedback', holdOut: 'none', steps: [send('ask')] }),
];

let told = 0;
/** One event a day. */
function tell(type: string, who: string | null, more: Partial<ToldEvent> & { contact?: object } = {}): ToldEvent {
  told += 1;
  const at = new Date(toInstant(START) + told * 86_400_000).toISOString();
  const { contact, ...fields } = more;
  const customer = who === null ? {} : { customer: { externalId: who, ...contact } };
  return { id: `e${told}`, type, occurredAt: at, receivedAt: at, data: {}, ...customer, ...fields } as ToldEvent;
}
const ofOrder = (externalId: string, contact?: object): object => ({
  order: { externalId },
  ...(contact && { contact }),
});
const optOut = (channel: string): object => ({ channel, state: 'opted_out', level: 'confirmed' });

/** Each pair has something in common but for the last, and what one of them did decides what the other gets. */
const HISTORY = [
  tell('order.placed', 'ann', ofOrder('moved', { email: 'ann@mail.example' })),
  tell('order.updated', 'bob', ofOrder('moved', { email: 'bob@mail.example' })),
  tell('shipment.delivered', null, { ...ofOrder('moved'), data: { parcelId: 'a' } }),
  tell('customer.created', 'carl', { contact: { email: MAIL } }),
  tell('consent.changed', 'carl', { contact: { email: MAIL }, data: optOut('email') }),
  tell('order.placed', 'dora', ofOrder('by-mail', { email: MAIL })),
  tell('customer.created', 'erik', { contact: { phone: PHONE } }),
  tell('consent.changed', 'erik', { contact: { phone: PHONE }, data: optOut('sms') }),
  tell('order.placed', 'fay', ofOrder('by-phone', { phone: PHONE })),
  tell('order.placed', 'gil', ofOrder('alone', { email: 'gil@mail.example' })),
];

describe('a backtest of people who have something in common', () => {
  let rig: ApiRig;
  const run = (key: string): Promise<Report> => backtestOf(rig, key, { from: START, to: END });

  beforeAll(async () => {
    rig = await ApiRig.start('backtest-casts');
    await rig.app.get(VirtualClockPort).set(toInstant(START));
    await rig.owner.query('update app.shop set contact_rules = $1', [NO_CONTACT_RULES]);
    for (const journey of JOURNEYS)
      for (const [path, body] of [
        ['/api/v1/journeys', journey],
        [`/api/v1/journeys/${journey.key}/publish`, {}],
      ] as const) {
        const { status, text } = await rig.post(path, body);
        if (status >= 300) throw new Error(text);
      }
    const live = new LiveShop(rig);
    await live.tell(HISTORY);
    await live.reach(END);
  }, 300_000);

  afterAll(() => rig.stop(), 60_000);

  it('ties those who share an order, an email address or a phone number, and nobody else', async () => {
    const { rows } = await rig.owner.query<{ id: string; name: string }>(
      `select customer_id as id, value as name from app.customer_identity where kind = 'external'`,
    );
    const names = new Map(rows.map(({ id, name }) => [id, name]));
    const kinships = await rig.app
      .get(UnitOfWork)
      .inShop(rig.shopId, (tx) => rig.app.get(BacktestHistory).kinships(tx, toInstant(END)));
    const pairs = kinships.map(({ id, other }) => [names.get(id), names.get(other)].toSorted().join(' '));
    expect([...new Set(pairs)].toSorted()).toEqual(['ann bob', 'carl dora', 'erik fay']);
  });

  it('knows of an order that went from one person to another what the first one did', async () => {
    const { diff, messages } = await run('arrived');
    expect(messages.wouldSend).toBe(1);
    expect(diff).toMatchObject({ both: 1, onlyBacktest: 0, onlyOther: 0, retimed: 0 });
  });

  it('keeps back what goes to an address that another person opted out with', async () => {
    const { diff, suppressed, messages } = await run('how-was-it');
    const { rows } = await rig.owner.query<{ reason: string | null; n: number }>(
      `select m.reason, count(*)::int as n from app.message m join app.journey j on j.id = m.journey_id
       where j.key = 'how-was-it' and m.state <> 'sent' group by 1`,
    );
    expect(suppressed).toEqual(Object.fromEntries(rows.map(({ reason, n }) => [reason, n])));
    expect(suppressed).toEqual({ suppressed: 1, 'no-address': 1 });
    expect(diff).toMatchObject({ onlyBacktest: 0, onlyOther: 0, retimed: 0 });
    expect(messages.wouldSend).toBe(2);
  });
});
