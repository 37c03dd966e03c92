import type { DomainEvent, ParcelDetails } from '../event/event.js';
import { emptyParcel, type ParcelFacts, type ParcelState } from './facts.js';
import { earliest, setStamped, stampOf } from './stamp.js';

export type ShipmentEvent = Extract<DomainEvent, { type: `shipment.${string}` }>;

/**
 * How far along a state is, for two scans of the same minute. `delivered` and `returned` are final: no other state follows them.
 * `exception` isn't final: a lost parcel may still turn up.
 */
const RANK: Readonly<Record<ParcelState, number>> = {
  created: 0,
  label_created: 1,
  delayed: 2,
  in_transit: 3,
  exception: 4,
  out_for_delivery: 5,
  attempt_failed: 6,
  available_for_pickup: 7,
  delivered: 8,
  returned: 9,
};
const FINAL_FROM = RANK.delivered;

export function foldParcels(parcels: readonly ParcelFacts[], event: ShipmentEvent): readonly ParcelFacts[] {
  const known = parcels.find((parcel) => parcel.id === event.data.parcelId);
  const folded = foldParcel(known, event);
  if (known) return parcels.map((parcel) => (parcel === known ? folded : parcel));
  return [...parcels, folded].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function foldParcel(known: ParcelFacts | undefined, event: ShipmentEvent): ParcelFacts {
  const state = event.type.slice('shipment.'.length) as ParcelState;
  const at = event.occurredAt;
  const parcel = known ?? emptyParcel(event.data.parcelId, state, at);
  const isShipped = RANK[state] >= RANK.in_transit && state !== 'exception';
  return withDetails(
    {
      ...parcel,
      ...laterState(parcel, state, at),
      delivered: parcel.delivered || state === 'delivered',
      deliveredAt: state === 'delivered' ? earliest(parcel.deliveredAt, at) : parcel.deliveredAt,
      shippedAt: isShipped ? earliest(parcel.shippedAt, at) : parcel.shippedAt,
    },
    event,
    event.data,
  );
}

function laterState(parcel: ParcelFacts, state: ParcelState, at: string): Pick<ParcelFacts, 'state' | 'stateAt'> {
  const current = [
    RANK[parcel.state] >= FINAL_FROM ? RANK[parcel.state] : 0,
    parcel.stateAt,
    RANK[parcel.state],
  ] as const;
  const next = [RANK[state] >= FINAL_FROM ? RANK[state] : 0, at, RANK[state]] as const;
  for (const [index, value] of next.entries()) {
    const known = current[index] as string | number;
    if (value !== known) return value > known ? { state, stateAt: at } : parcel;
  }
  return parcel;
}

function withDetails(parcel: ParcelFacts, event: ShipmentEvent, details: ParcelDetails): ParcelFacts {
  const { carrier, trackingNumber, trackingUrl, estimatedDeliveryAt } = details;
  return setStamped(parcel, stampOf(event), { carrier, trackingNumber, trackingUrl, estimatedDeliveryAt });
}
