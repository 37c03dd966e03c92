import type { OrderFacts } from './facts.js';

/** Every parcel that was ever reported has arrived; an order without parcels isn't delivered. */
export function isDelivered({ parcels }: OrderFacts): boolean {
  return parcels.length > 0 && parcels.every((parcel) => parcel.delivered);
}

export function isFullyRefunded({ refunds, total }: OrderFacts): boolean {
  if (refunds.some((refund) => refund.full)) return true;
  const sum = refunds.reduce((amount, refund) => amount + (refund.amount?.amount ?? 0), 0);
  return total !== null && total.amount > 0 && sum >= total.amount;
}

/** Nothing more will come of it: cancelled, or money went back. */
export function isCalledOff({ cancelledAt, refunds }: OrderFacts): boolean {
  return cancelledAt !== null || refunds.length > 0;
}
