import type { ScenarioEvent } from './play.js';

/** An order placed on 4 May 2026 at noon in Paris, unless said otherwise. */
export function placed(order: string, extra: Partial<ScenarioEvent> = {}): ScenarioEvent {
  return { type: 'order.placed', occurredAt: '2026-05-04T10:00:00Z', order, ...extra };
}

export function aParcel(
  state: 'created' | 'in_transit' | 'delivered',
  occurredAt: string,
  order = '1',
  parcelId = 'a',
): ScenarioEvent {
  return { type: `shipment.${state}`, occurredAt, order, data: { parcelId } };
}
