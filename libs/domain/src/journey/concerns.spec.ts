import { toIso } from '../time/instant.js';
import type { EventType } from '../event/event.js';
import { concerns } from './concerns.js';
import type { RunState } from './run.js';

const at = (minute: number): string => toIso(minute * 60_000);
const runOf = (orderId: string | null) => ({
  orderId,
  state: { entry: { id: 'e', type: 'order.placed', occurredAt: at(10), data: null } } as unknown as RunState,
});
const isHeard = (type: EventType, orderId: string | null, minute: number, run = runOf('1')): boolean =>
  concerns({ type, orderId, occurredAt: at(minute) }, run);

describe('a run hears', () => {
  it.each<[string, boolean, boolean]>([
    ['news of its order', isHeard('order.paid', '1', 5), true],
    ['nothing of another order', isHeard('order.paid', '2', 20), false],
    ['what concerns the person alone', isHeard('customer.updated', null, 20), true],
    ['anything when it has no order', isHeard('order.paid', '2', 20, runOf(null)), true],
    ['an order that was placed since it was entered', isHeard('order.placed', '2', 10), true],
    ['no order that was placed before', isHeard('order.placed', '2', 9), false],
    ['an erasure, whatever order it names', isHeard('customer.redacted', '2', 5), true],
  ])('%s', (_fact, heard, expected) => {
    expect(heard).toBe(expected);
  });
});
