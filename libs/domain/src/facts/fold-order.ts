import type { DomainEvent, OrderDetails } from '../event/event.js';
import type { OrderFacts, RefundFacts } from './facts.js';
import { foldParcels } from './fold-parcels.js';
import { earliest, setStamped, stampOf } from './stamp.js';

/** Folds what an event says of the order. Milestones keep their earliest time and are never taken back; details follow the newest word. */
export function foldOrder(order: OrderFacts, event: DomainEvent): OrderFacts {
  const at = event.occurredAt;
  switch (event.type) {
    case 'order.placed':
      return withDetails({ ...order, placedAt: earliest(order.placedAt, at) }, event, event.data);
    case 'order.updated':
      return withDetails(order, event, event.data);
    case 'order.paid':
      return withDetails({ ...order, paidAt: earliest(order.paidAt, at) }, event, event.data);
    case 'order.fulfilled':
      return withDetails({ ...order, fulfilledAt: earliest(order.fulfilledAt, at) }, event, event.data);
    case 'order.cancelled':
      return { ...order, cancelledAt: earliest(order.cancelledAt, at) };
    case 'return.requested':
      return { ...order, returnRequestedAt: earliest(order.returnRequestedAt, at) };
    case 'order.refunded':
      return withRefund(order, stampOf(event), {
        id: event.data.refundId ?? event.id,
        at,
        amount: event.data.amount ?? null,
        full: event.data.full ?? false,
      });
    case 'shipment.created':
    case 'shipment.label_created':
    case 'shipment.in_transit':
    case 'shipment.out_for_delivery':
    case 'shipment.available_for_pickup':
    case 'shipment.attempt_failed':
    case 'shipment.delayed':
    case 'shipment.exception':
    case 'shipment.delivered':
    case 'shipment.returned':
      return { ...order, parcels: foldParcels(order.parcels, event) };
    default:
      return order;
  }
}

function withDetails(order: OrderFacts, event: DomainEvent, details: OrderDetails): OrderFacts {
  const { name, total, lines, promisedDate, isGift, statusUrl, tags } = details;
  return setStamped(order, stampOf(event), { name, total, lines, promisedDate, isGift, statusUrl, tags });
}

/** One refund may be reported several times: its earliest time, its newest amount, and `full` once anyone says so. */
function withRefund(order: OrderFacts, stamp: string, news: RefundFacts): OrderFacts {
  const field = `refunds.${news.id}`;
  const known = order.refunds.find((refund) => refund.id === news.id);
  const isNewest = news.amount !== null && (order.stamps[field] ?? '') < stamp;
  const refund: RefundFacts = {
    id: news.id,
    at: earliest(known?.at ?? null, news.at),
    amount: isNewest ? news.amount : (known?.amount ?? null),
    full: news.full || (known?.full ?? false),
  };
  const refunds = [...order.refunds.filter((other) => other !== known), refund].toSorted((a, b) =>
    a.at + a.id < b.at + b.id ? -1 : 1,
  );
  return { ...order, refunds, stamps: isNewest ? { ...order.stamps, [field]: stamp } : order.stamps };
}
