import type { OrderFacts, ParcelFacts } from '../facts/facts.js';
import { isCalledOff, isDelivered } from '../facts/order-state.js';
import { addDuration, endOfDay, type Instant, toInstant, toIso } from '../time/instant.js';
import type { Block } from './block.js';
import { COMPLAINT_WINDOW, REPLY_WINDOW } from './contact-rules.js';
import type { ContactHistory, PastCase } from './contact-history.js';

/** Bounds for what nobody ever reports the end of, so that one lost scan doesn't silence a person for ever. */
const LATE_FOR = 'P60D';
const UNDER_WAY_FOR = 'P21D';
const UNSHIPPED_FOR = 'P60D';
const RETURN_FOR = 'P60D';

const AT_THE_DOOR: ReadonlySet<ParcelFacts['state']> = new Set(['out_for_delivery', 'attempt_failed']);
const FAILED_STATES: ReadonlySet<ParcelFacts['state']> = new Set(['attempt_failed', 'exception', 'delayed']);

/**
 * What holds marketing: a late parcel, a failed delivery, an open case, a bad answer or a letter that no case was closed on since. Cases of
 * low priority are chores of the shop's own and hold nothing.
 */
export function marketingHold(history: ContactHistory, zone: string, now: Instant): Block | null {
  for (const order of history.orders) {
    const block = orderTrouble(order, zone, now);
    if (block) return block;
  }
  const open = history.cases.find((file) => file.priority !== 'low' && file.closedAt === null);
  if (open) return { reason: 'mood:open-case', facts: { topic: open.topic } };
  const complaint = history.answers.find(
    (answer) => answer.isBad && isRecent(answer.at, COMPLAINT_WINDOW, now) && !isSettled(answer.at, history.cases),
  );
  if (complaint) return { reason: 'mood:complaint', facts: { metric: complaint.metric } };
  const { repliedAt = null, cases } = history;
  if (repliedAt === null || !isRecent(repliedAt, REPLY_WINDOW, now) || isSettled(repliedAt, cases)) return null;
  return { reason: 'mood:reply', facts: { repliedAt: toIso(repliedAt) } };
}

/** What holds a request for a public review: facts of the order alone, never what the person said of it. */
export function reviewHold(order: OrderFacts | null, now: Instant): Block | null {
  if (!order || isCalledOff(order)) return null;
  const facts = { order: order.id };
  if (order.returnRequestedAt !== null && isRecent(toInstant(order.returnRequestedAt), RETURN_FOR, now))
    return { reason: 'return-under-way', facts };
  return isUnderWay(order, now) ? { reason: 'order-under-way', facts } : null;
}

/** A parcel of it comes today, or came in vain: what is told of that can't wait for the morning. */
export function isAtTheDoor({ parcels }: OrderFacts): boolean {
  return parcels.some(({ delivered, state }) => !delivered && AT_THE_DOOR.has(state));
}

/** By what is known of it now, the order holds no more what it held by what was known before. */
export function endsHold(before: OrderFacts, after: OrderFacts, zone: string, now: Instant): boolean {
  const isOver = (holdOf: (order: OrderFacts) => Block | null): boolean =>
    holdOf(before) !== null && holdOf(after) === null;
  return isOver((order) => orderTrouble(order, zone, now)) || isOver((order) => reviewHold(order, now));
}

function orderTrouble(order: OrderFacts, zone: string, now: Instant): Block | null {
  if (isCalledOff(order) || isDelivered(order)) return null;
  if (isLate(order, zone, now))
    return { reason: 'mood:late-parcel', facts: { order: order.id, promisedDate: order.promisedDate } };
  const failed = order.parcels.find(
    (parcel) =>
      !parcel.delivered && FAILED_STATES.has(parcel.state) && isRecent(toInstant(parcel.stateAt), LATE_FOR, now),
  );
  if (!failed) return null;
  return { reason: 'mood:failed-delivery', facts: { order: order.id, parcel: failed.id, state: failed.state } };
}

/** The promised day is over, or the carrier says already that it won't be kept. */
function isLate({ promisedDate, parcels }: OrderFacts, zone: string, now: Instant): boolean {
  if (promisedDate === null) return false;
  const promised = endOfDay(promisedDate, zone);
  if (!isRecent(promised, LATE_FOR, now)) return false;
  const estimates = parcels.flatMap(({ delivered, estimatedDeliveryAt }) =>
    delivered || estimatedDeliveryAt === null ? [] : [toInstant(estimatedDeliveryAt)],
  );
  return now >= promised || estimates.some((estimate) => estimate >= promised);
}

function isUnderWay(order: OrderFacts, now: Instant): boolean {
  const open = order.parcels.filter((parcel) => !parcel.delivered);
  if (order.parcels.length > 0) return open.some((parcel) => isRecent(toInstant(parcel.stateAt), UNDER_WAY_FOR, now));
  if (order.placedAt === null || order.fulfilledAt !== null) return false;
  return isRecent(toInstant(order.placedAt), UNSHIPPED_FOR, now);
}

function isRecent(at: Instant, span: string, now: Instant): boolean {
  return addDuration(at, span, 'UTC') > now;
}

function isSettled(answeredAt: Instant, cases: readonly PastCase[]): boolean {
  return cases.some(({ closedAt }) => closedAt !== null && closedAt >= answeredAt);
}
