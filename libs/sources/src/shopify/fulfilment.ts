import type { NormalisedEvent, ParcelDetails } from '#app/domain';
import { type JsonObject, listOf, requiredId, stated, textOf, timeOf, urlOf } from '../json-body.js';

type ShipmentType = Extract<NormalisedEvent['type'], `shipment.${string}`>;

/** The status of a fulfilment event, and of `shipment_status`, in our words. */
export const PARCEL_EVENTS: Readonly<Record<string, ShipmentType>> = {
  confirmed: 'shipment.label_created',
  label_purchased: 'shipment.label_created',
  label_printed: 'shipment.label_created',
  ready_for_pickup: 'shipment.available_for_pickup',
  carrier_picked_up: 'shipment.in_transit',
  in_transit: 'shipment.in_transit',
  out_for_delivery: 'shipment.out_for_delivery',
  attempted_delivery: 'shipment.attempt_failed',
  delayed: 'shipment.delayed',
  delivered: 'shipment.delivered',
  failure: 'shipment.exception',
};

/** A fulfilment in these states is a parcel; `success` says that the service accepted it, not that it arrived. */
const ALIVE = new Set(['pending', 'open', 'success']);

export function parcelOf(fulfilment: JsonObject): ParcelDetails {
  const numbers = fulfilment['tracking_numbers'];
  const urls = fulfilment['tracking_urls'];
  return stated({
    parcelId: requiredId(fulfilment['id'], '/id'),
    carrier: textOf(fulfilment['tracking_company']),
    trackingNumber: textOf(fulfilment['tracking_number']) ?? textOf(Array.isArray(numbers) ? numbers[0] : undefined),
    trackingUrl: urlOf(fulfilment['tracking_url']) ?? urlOf(Array.isArray(urls) ? urls[0] : undefined),
    estimatedDeliveryAt: timeOf(fulfilment['estimated_delivery_at']),
  });
}

/** The making of a parcel; undefined for a fulfilment that was called off. */
export function parcelEvent(fulfilment: JsonObject, orderId: string): NormalisedEvent | undefined {
  const occurredAt = timeOf(fulfilment['created_at']);
  if (occurredAt === undefined || !ALIVE.has(textOf(fulfilment['status']) ?? 'success')) return undefined;
  const data = parcelOf(fulfilment);
  return {
    type: 'shipment.created',
    occurredAt,
    order: { externalId: orderId },
    data,
    onceKey: `shipment.created:${data.parcelId}`,
  };
}

/** The parcels that an order carries with it, for shops that subscribe to orders only. */
export function fulfilmentsOf(order: JsonObject, orderId: string): NormalisedEvent[] {
  return listOf(order['fulfillments']).flatMap((fulfilment) => parcelEvent(fulfilment, orderId) ?? []);
}
