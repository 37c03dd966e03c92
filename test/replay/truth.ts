import type { ExpectedOrder } from './compare.js';
import type { ReplayOrder } from './orders.js';
import { cancelledAt } from './stream.js';
import { endOfDay } from './wall-clock.js';

/** The day ends with its last second, not before it. */
const LAST_SECOND_MS = 999;
const REVIEW_WAIT_MS = 72 * 3_600_000;

/** What each order must lead to, made from the tables alone. Orders are sorted by the time of purchase. */
export function truthOf(orders: readonly ReplayOrder[]): ExpectedOrder[] {
  const seen = new Set<string>();
  return orders.map((order) => {
    const repeatThankYou = seen.has(order.person);
    seen.add(order.person);
    const ended = cancelledAt(order);
    const { deliveredAt } = order;
    const promise = Date.parse(endOfDay(order.promisedDay)) + LAST_SECOND_MS;
    return {
      order: order.name,
      reviewDueAt: deliveredAt === null || ended !== null ? null : deliveredAt + REVIEW_WAIT_MS,
      delayApology: !(deliveredAt !== null && deliveredAt <= promise) && !(ended !== null && ended <= promise),
      repeatThankYou,
    };
  });
}
