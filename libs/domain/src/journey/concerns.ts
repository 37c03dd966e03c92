import type { EventType } from '../event/event.js';
import type { RunState } from './run.js';

/** What of an event says which runs of its person it concerns. */
export interface Happening {
  readonly type: EventType;
  readonly occurredAt: string;
  /** Null for what concerns the person alone. */
  readonly orderId: string | null;
}

/**
 * Whether a run of the same person hears of an event: of its order, or either of them without an order. A new order concerns those
 * of earlier orders too: it is what brings a customer back, the goal or the end of much; an erasure concerns all.
 */
export function concerns(
  { type, occurredAt, orderId }: Happening,
  run: { readonly orderId: string | null; readonly state: RunState },
): boolean {
  const isOfOrder = orderId === null || run.orderId === null || run.orderId === orderId;
  const isNextOrder = type === 'order.placed' && occurredAt >= run.state.entry.occurredAt;
  return isOfOrder || isNextOrder || type === 'customer.redacted';
}
