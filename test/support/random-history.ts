import { seededRandom } from './seeded-random.js';

/** An event for the API, with the time at which it is sent. */
export interface ToldEvent {
  readonly receivedAt: string;
  readonly id: string;
  readonly type: string;
  readonly occurredAt: string;
  readonly customer?: { readonly externalId?: string; readonly email?: string; readonly phone?: string };
  readonly order?: { readonly externalId: string };
  readonly data: object;
}

export interface HistoryOptions {
  readonly seed: number;
  readonly orders: number;
  readonly people: number;
  /** The first order is placed after this time. */
  readonly from: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/**
 * The orders of some people over three months in the order in which their news came in: parcels that are told of before their
 * order, deliveries and cancellations that are told of days late, refunds, opt-outs and answers. The same seed gives the same.
 */
export function randomHistory(options: HistoryOptions): ToldEvent[] {
  const random = seededRandom(options.seed);
  const told: ToldEvent[] = [];
  for (let number = 1; number <= options.orders; number += 1) told.push(...newsOfOrder(options, number, random));
  // no two at once: what comes first would be chance
  return told
    .toSorted((a, b) => (a.receivedAt < b.receivedAt ? -1 : 1))
    .map((event, index) => ({ ...event, receivedAt: shifted(event.receivedAt, index) }));
}

function shifted(iso: string, milliseconds: number): string {
  return isoOf(Date.parse(iso) + milliseconds);
}

/** News of one order as it comes about; most of it is told at once, some of it days late. */
class OrderNews {
  readonly told: ToldEvent[] = [];

  constructor(
    readonly number: number,
    private readonly random: () => number,
  ) {}

  get order(): { readonly externalId: string } {
    return { externalId: String(1_000 + this.number) };
  }

  tell(type: string, at: number, data: object, more: Partial<ToldEvent>): void {
    const isOfOrder = type.startsWith('order.') || type.startsWith('shipment.');
    const delay = isOfOrder ? this.random() ** 4 * 4 * DAY_MS : 0;
    this.told.push({
      id: `${this.order.externalId}-${this.told.length}`,
      type,
      occurredAt: isoOf(at),
      receivedAt: isoOf(at + Math.floor(delay)),
      data,
      ...more,
    });
  }
}

function newsOfOrder(options: HistoryOptions, number: number, random: () => number): ToldEvent[] {
  const news = new OrderNews(number, random);
  const { order } = news;
  const customer = personOf(Math.floor(random() * options.people));
  const placedAt = Date.parse(options.from) + Math.floor(random() * 90 * DAY_MS);
  news.tell('order.placed', placedAt, detailsOf(number, placedAt, random), { customer, order });
  news.tell('order.paid', placedAt + HOUR_MS, {}, { customer, order });
  if (random() < 0.1) news.tell('order.cancelled', placedAt + 2 * DAY_MS, {}, { order });
  else tellOfDelivery(news, customer, placedAt + DAY_MS, random);
  return news.told;
}

function tellOfDelivery(
  news: OrderNews,
  customer: ToldEvent['customer'],
  shippedAt: number,
  random: () => number,
): void {
  const { order } = news;
  const who = customer ? { customer } : {};
  const later = (days: number): number => Math.floor(random() * days * DAY_MS);
  const deliveredAt = shippedAt + DAY_MS + later(10);
  news.tell('shipment.in_transit', shippedAt, { parcelId: 'a' }, { order });
  if (random() < 0.2) news.tell('shipment.in_transit', shippedAt + HOUR_MS, { parcelId: 'b' }, { order });
  if (random() < 0.95) news.tell('shipment.delivered', deliveredAt, { parcelId: 'a' }, { order });
  if (random() < 0.15) news.tell('order.refunded', deliveredAt + later(10), { full: true }, { ...who, order });
  if (random() < 0.15) {
    const change = { channel: 'email', state: random() < 0.7 ? 'opted_out' : 'opted_in', level: 'confirmed' };
    news.tell('consent.changed', deliveredAt + later(5), change, who);
  }
  if (random() < 0.3)
    news.tell('survey.answered', deliveredAt + later(6), { survey: 'delivery-csat', score: 4 }, { ...who, order });
}

function personOf(person: number): NonNullable<ToldEvent['customer']> {
  const phone = `+49151${String(1_000_000 + person)}`;
  return { externalId: `p${person}`, email: `p${person}@mail.example`, ...(person % 3 === 0 ? { phone } : {}) };
}

function detailsOf(number: number, placedAt: number, random: () => number): object {
  return {
    name: `#${number}`,
    promisedDate: isoOf(placedAt + (4 + Math.floor(random() * 8)) * DAY_MS).slice(0, 10),
    total: { amount: '49.00', currency: 'EUR' },
    lines: [{ id: '1', title: 'Bowl', quantity: 1 }],
    profile: { firstName: 'Ines', locale: random() < 0.5 ? 'fr' : 'en', timeZone: 'Europe/Paris' },
    ...(random() < 0.7 ? { consents: [{ channel: 'email' }] } : {}),
  };
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}
