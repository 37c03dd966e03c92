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

/** mulberry32 */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * The orders of some people over three months in the order in which their news came in: parcels that are told of before their
 * order, deliveries and cancellations that are told of days late, refunds, opt-outs and answers. The same seed gives the same.
 */
export function randomHistory(options: HistoryOptions): ToldEvent[] {
  const random = randomOf(options.seed);
  const told: ToldEvent[] = [];
  for (let number = 1; number <= options.orders; number += 1) told.push(...newsOfOrder(options, number, random));
  // no two at once: what comes first would be chance
  return told
    .toSorted((a, b) => (a.receivedAt < b.receivedAt ? -1 : 1))
    .map((event, index) => ({ ...event, receivedAt: shifted(event.receivedAt, index) }));
}

function shifted(iso: string, milliseconds: number): string {
  return new Date(Date.parse(iso) + milliseconds).toISOString();
}

function newsOfOrder(options: HistoryOptions, number: number, random: () => number): ToldEvent[] {
  const person = Math.floor(random() * options.people);
  const customer = {
    externalId: `p${person}`,
    email: `p${person}@mail.example`,
    ...(person % 3 === 0 ? { phone: `+49151${String(1_000_000 + person)}` } : {}),
  };
  const order = { externalId: String(1_000 + number) };
  const placedAt = Date.parse(options.from) + Math.floor(random() * 90 * DAY_MS);
  const told: ToldEvent[] = [];
  const tell = (type: string, at: number, data: object, delay: number, whose: Partial<ToldEvent>): void => {
    const occurredAt = new Date(at).toISOString();
    told.push({
      id: `${order.externalId}-${told.length}`,
      type,
      occurredAt,
      receivedAt: new Date(at + delay).toISOString(),
      data,
      ...whose,
    });
  };
  const delay = (): number => Math.floor(random() ** 4 * 4 * DAY_MS);
  const promisedDate = new Date(placedAt + (4 + Math.floor(random() * 8)) * DAY_MS).toISOString().slice(0, 10);
  const details = {
    name: `#${number}`,
    promisedDate,
    total: { amount: '49.00', currency: 'EUR' },
    lines: [{ id: '1', title: 'Bowl', quantity: 1 }],
    profile: { firstName: 'Ines', locale: random() < 0.5 ? 'fr' : 'en', timeZone: 'Europe/Paris' },
    ...(random() < 0.7 ? { consents: [{ channel: 'email' }] } : {}),
  };
  tell('order.placed', placedAt, details, delay(), { customer, order });
  tell('order.paid', placedAt + HOUR_MS, {}, delay(), { customer, order });
  if (random() < 0.1) {
    tell('order.cancelled', placedAt + 2 * DAY_MS, {}, delay(), { order });
    return told;
  }
  const shippedAt = placedAt + DAY_MS;
  const deliveredAt = shippedAt + (1 + Math.floor(random() * 10)) * DAY_MS + Math.floor(random() * DAY_MS);
  tell('shipment.in_transit', shippedAt, { parcelId: 'a' }, delay(), { order });
  if (random() < 0.2) tell('shipment.in_transit', shippedAt + HOUR_MS, { parcelId: 'b' }, delay(), { order });
  if (random() < 0.95) tell('shipment.delivered', deliveredAt, { parcelId: 'a' }, delay(), { order });
  if (random() < 0.15) {
    const refundedAt = deliveredAt + Math.floor(random() * 10 * DAY_MS);
    tell('order.refunded', refundedAt, { full: true }, delay(), { customer, order });
  }
  if (random() < 0.15) {
    const change = { channel: 'email', state: random() < 0.7 ? 'opted_out' : 'opted_in', level: 'confirmed' };
    tell('consent.changed', deliveredAt + Math.floor(random() * 5 * DAY_MS), change, 0, { customer });
  }
  if (random() < 0.3) {
    const answer = { survey: 'delivery-csat', score: 4 };
    tell('survey.answered', deliveredAt + Math.floor(random() * 6 * DAY_MS), answer, 0, { customer, order });
  }
  return told;
}
