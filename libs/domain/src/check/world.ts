import { MEDIA } from '../consent/message-class.js';
import type { EventType } from '../event/event.js';
import type { Json } from '../facts/view.js';
import type { JourneyPlan } from '../journey/plan.js';
import { type Instant, toInstant, toIso } from '../time/instant.js';
import type { Wish, Wishes } from './solve.js';
import type { Story, StoryEvent } from './story.js';

type Facts = Readonly<Record<string, Json>>;

/** A made-up person: facts by the name that conditions use, and what happens on the way. */
export interface World {
  readonly customerId: string;
  readonly facts: Facts;
  /** Data of the event that the journey starts by. */
  readonly trigger: Facts;
  /** What happens afterwards. */
  readonly later: readonly StoryEvent[];
}

export const ORDER = 'A-1';
/** When the trigger happens: a Monday morning. */
export const START = toInstant('2026-03-02T09:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MAX_EARLIER_ORDERS = 12;

const LINE: Facts = {
  id: '1',
  title: 'Walnut bowl',
  quantity: 1,
  sku: 'BOWL-1',
  productId: 'bowl',
  imageUrl: 'https://shop.example/bowl.jpg',
  url: 'https://shop.example/bowl',
};
const MONEY: Json = { amount: 8000, currency: 'EUR' };

/** Everything that can be known is known; what a journey asks for is changed from here. */
const KNOWN: Facts = {
  'customer.firstName': 'Ada',
  'customer.lastName': 'Byron',
  'customer.locale': 'en',
  // as the shop's; a zone of one's own is looked up at every decision
  'customer.timeZone': null,
  'customer.country': 'FR',
  'customer.tags': [],
  'customer.consents.email': 'opted_in',
  'customer.consents.sms': 'opted_in',
  'customer.consents.whatsapp': 'opted_in',
  'order.name': '#1001',
  'order.total.amount': 8000,
  'order.total.currency': 'EUR',
  'order.promisedDate': '2026-03-06',
  'order.isGift': false,
  'order.statusUrl': 'https://shop.example/orders/1001',
  'order.tags': [],
  'order.lines#': 1,
  'order.ordinal': 1,
};

/** Facts that follow from an event, with the event that makes them so. */
const MILESTONES: Readonly<Record<string, readonly EventType[]>> = {
  'order.paid': ['order.paid'],
  'order.fulfilled': ['order.fulfilled'],
  'order.shipped': ['shipment.in_transit'],
  'order.delivered': ['shipment.delivered'],
  'order.cancelled': ['order.cancelled'],
  'order.returnRequested': ['return.requested'],
  'order.refunded': ['order.refunded'],
  'order.fullyRefunded': ['order.refunded'],
};

const CONSENT_STATES: ReadonlySet<string> = new Set(['opted_in', 'opted_out', 'pending']);

const PARCEL: Facts = {
  parcelId: 'P-1',
  carrier: 'Post',
  trackingNumber: '42',
  trackingUrl: 'https://post.example/42',
  estimatedDeliveryAt: '2026-03-05T12:00:00.000Z',
};

const DATA: Readonly<Partial<Record<EventType, Facts>>> = {
  'order.cancelled': { reason: 'customer' },
  'order.refunded': { refundId: 'R-1', amount: MONEY, full: true },
  'return.requested': { returnId: 'T-1', reason: 'too big' },
  'consent.changed': { channel: 'email', state: 'opted_in', level: 'single' },
  'survey.answered': { survey: 'survey', score: 5, comment: 'Fine' },
  'review.submitted': { rating: 5, title: 'Good', text: 'Very good' },
  'ticket.solved': { ticketId: 'T-1', topic: 'delivery', group: 'care', channel: 'email' },
  'ticket.reopened': { ticketId: 'T-1', topic: 'delivery', group: 'care', channel: 'email' },
  'message.delivered': { channel: 'email' },
  'message.bounced': { channel: 'email', kind: 'hard', code: '5.1.1' },
  'message.complained': { channel: 'email' },
  'message.clicked': { channel: 'email', url: 'https://shop.example/' },
  'message.replied': { channel: 'email', text: 'Where is my parcel?' },
};

export const WORLD: World = { customerId: 'person-1', facts: KNOWN, trigger: {}, later: [] };

/** The same, but the day that was promised is over. */
export const LATE: World = { ...WORLD, facts: { ...KNOWN, 'order.promisedDate': '2026-02-27' } };

export function eventOf(type: EventType, at: Instant, data: Facts = {}): StoryEvent {
  const isOfOrder = !type.startsWith('customer.') && type !== 'consent.changed';
  const usual = type.startsWith('shipment.') ? PARCEL : (DATA[type] ?? {});
  return { type, at, order: isOfOrder ? ORDER : null, data: nested({ ...usual, ...data }) };
}

/** The events that make this world's facts so, the trigger, and what comes later. */
export function storyOf(plan: JourneyPlan, { customerId, facts, trigger, later }: World): Story {
  const { event } = plan.trigger;
  const profile = { profile: profileOf(facts) };
  const placed = { ...detailsOf(facts), ...profile };
  const start = startOf(plan, trigger);
  const begins =
    event === 'order.placed' || event === 'order.updated' || event === 'order.paid'
      ? { ...start, data: { ...placed, ...start.data } }
      : start;
  const before = [
    { ...eventOf('customer.created', START - 400 * DAY), data: profile },
    ...consentsOf(facts),
    ...earlierOrders(facts),
    ...(event === 'order.placed' ? [] : [{ ...eventOf('order.placed', START - 9 * DAY), data: placed }]),
    ...milestonesOf(facts, event),
  ];
  return { customerId, events: [...before, begins, ...later].toSorted((a, b) => a.at - b.at) };
}

/** What begins the journey. Where no sender tells of it, it is about the person alone, unless the date is an order's. */
function startOf({ trigger, calendar }: JourneyPlan, wished: Facts): StoryEvent {
  if (trigger.journey === null) return eventOf(trigger.event, START, wished);
  const own = {
    journey: trigger.journey,
    ...(trigger.event === 'journey.due' ? { date: toIso(START).slice(0, 10) } : {}),
  };
  const start = eventOf(trigger.event, START, { ...own, ...wished });
  return calendar?.type === 'date' && calendar.of === 'order' ? start : { ...start, order: null };
}

/** The world with these wishes come true before the journey starts; undefined where no event can make them so. */
export function wished(world: World, wishes: Wishes): World | undefined {
  let next: World | undefined = world;
  for (const wish of wishes) next = next && withWish(next, wish);
  return next;
}

/** Events at `at` that make the wishes true while a run waits; undefined where none can. */
export function wishedLater(world: World, wishes: Wishes, at: Instant): World | undefined {
  const events = wishes.flatMap(({ path, op, value }) => {
    const isOn = (op === 'set' && value === true) || op === 'known';
    return isOn ? (MILESTONES[milestoneOf(path) ?? ''] ?? []).map((type) => eventOf(type, at)) : [];
  });
  if (events.length > 0) return { ...world, later: [...world.later, ...events] };
  const changed = wished(world, wishes);
  if (!changed) return undefined;
  const order = eventOf('order.updated', at);
  const data = { ...detailsOf(changed.facts), profile: profileOf(changed.facts) };
  return { ...world, later: [...world.later, { ...order, data }] };
}

/** Data that an event needs for these wishes; undefined where they ask for something else as well. */
export function dataFor(wishes: Wishes): Facts | undefined {
  const data: Record<string, Json> = {};
  for (const { path, op, value } of wishes) {
    if (!path.startsWith('event.data.')) return undefined;
    if (op === 'set') data[path.slice('event.data.'.length)] = value;
  }
  return data;
}

function withWish(world: World, wish: Wish): World | undefined {
  const path = wish.path.replace(/^run\.entry\.data\./, 'event.data.');
  if (path.startsWith('event.data.'))
    return { ...world, trigger: changed(world.trigger, path.slice('event.data.'.length), wish) };
  if (path === 'order.placed' || path === 'order.placedAt') return wish.value === false ? undefined : world;
  if (/^(order\.parcels\[\]|run\.|event\.)/.test(path)) return undefined;
  return { ...world, facts: withFact(world.facts, path, wish) };
}

function withFact(facts: Facts, path: string, wish: Wish): Facts {
  const milestone = milestoneOf(path);
  if (milestone === undefined) return changed(facts, path === 'customer.orderCount' ? 'order.ordinal' : path, wish);
  return { ...facts, [milestone]: wish.op === 'known' || (wish.op === 'set' && wish.value === true) };
}

function milestoneOf(path: string): string | undefined {
  if (Object.hasOwn(MILESTONES, path)) return path;
  const flag = path.replace(/At$/, '');
  return flag !== path && Object.hasOwn(MILESTONES, flag) ? flag : undefined;
}

function changed(facts: Facts, path: string, { op, value }: Wish): Facts {
  const known = Object.hasOwn(facts, path) ? facts[path] : null;
  const list = Array.isArray(known) ? known : [];
  switch (op) {
    case 'set':
      return { ...facts, [path]: value };
    case 'known':
      return { ...facts, [path]: (known ?? KNOWN[path] ?? LINE[path.replace('order.lines[].', '')] ?? 'x') as Json };
    case 'unknown':
      return { ...facts, [path]: null };
    case 'add':
      return { ...facts, [path]: [...list.filter((item) => item !== value), value] as Json };
    case 'drop':
      return { ...facts, [path]: list.filter((item) => item !== value) as Json };
  }
}

function fieldsBelow(facts: Facts, prefix: string): Facts {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([path, value]) =>
      path.startsWith(prefix) && value !== null ? [[path.slice(prefix.length), value]] : [],
    ),
  );
}

function profileOf(facts: Facts): Json {
  const { firstName, lastName, locale, timeZone, country, tags } = fieldsBelow(facts, 'customer.');
  const attributes = fieldsBelow(facts, 'customer.attributes.');
  return JSON.parse(JSON.stringify({ firstName, lastName, locale, timeZone, country, tags, attributes })) as Json;
}

function detailsOf(facts: Facts): Facts {
  const { name, promisedDate, isGift, statusUrl, tags } = fieldsBelow(facts, 'order.');
  const amount = facts['order.total.amount'] ?? null;
  const count = Number(facts['order.lines#'] ?? 0);
  const own = fieldsBelow(facts, 'order.lines[].');
  const missing = Object.keys(facts).filter((path) => path.startsWith('order.lines[].') && facts[path] === null);
  const line = Object.fromEntries(
    Object.entries({ ...LINE, price: MONEY, ...own }).filter(([name]) => !missing.includes(`order.lines[].${name}`)),
  );
  const lines = Array.from({ length: count }, (_, index) => ({ ...nested(line), id: String(index + 1) }));
  const total = amount === null ? undefined : { amount, currency: facts['order.total.currency'] ?? 'EUR' };
  return JSON.parse(JSON.stringify({ name, promisedDate, isGift, statusUrl, tags, total, lines })) as Facts;
}

function consentsOf(facts: Facts): StoryEvent[] {
  return MEDIA.flatMap((channel) => {
    const state = facts[`customer.consents.${channel}`];
    // who is to be anything but somebody of one state has said nothing
    if (typeof state !== 'string' || !CONSENT_STATES.has(state)) return [];
    return [eventOf('consent.changed', START - 399 * DAY, { channel, state, level: 'confirmed' })];
  });
}

function earlierOrders(facts: Facts): StoryEvent[] {
  const wanted = Number(facts['order.ordinal'] ?? 1) - 1;
  const count = Math.min(MAX_EARLIER_ORDERS, Number.isFinite(wanted) ? Math.max(0, wanted) : 0);
  return Array.from({ length: count }, (_, index) => ({
    ...eventOf('order.placed', START - (300 - index) * DAY),
    order: `earlier-${index + 1}`,
  }));
}

function milestonesOf(facts: Facts, trigger: EventType): StoryEvent[] {
  return Object.entries(MILESTONES).flatMap(([path, types], index) => {
    const isHere = facts[path] === true && !types.includes(trigger);
    return isHere ? types.map((type) => eventOf(type, START - 8 * DAY + index * HOUR)) : [];
  });
}

/** `{ 'scale.min': 1 }` as `{ scale: { min: 1 } }`. */
function nested(flat: Facts): Facts {
  const result: Record<string, Json> = {};
  for (const [path, value] of Object.entries(flat)) {
    const [head = '', ...rest] = path.split('.');
    if (head in {}) continue;
    if (rest.length === 0) result[head] = value;
    else {
      const inner = result[head];
      const known = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? (inner as Facts) : {};
      result[head] = { ...known, ...nested({ [rest.join('.')]: value }) };
    }
  }
  return result;
}

export function hoursLater(at: Instant, hours: number): Instant {
  return at + hours * HOUR;
}

/** For reports. */
export function toldOf({
  events,
}: Story): readonly { readonly type: EventType; readonly at: string; readonly data: Json }[] {
  return events.map(({ type, at, data }) => ({ type, at: toIso(at), data }));
}
