import { describe, expect, it } from '@jest/globals';
import type { DomainEvent } from '../event/event.js';
import { applyEvent, NOBODY } from './fold.js';
import { anEvent } from './testing.js';
import { factsView, type ShopFacts } from './view.js';

const shop: ShopFacts = { id: 's', name: 'Shop', timeZone: 'Europe/Paris', currency: 'EUR', locale: 'en' };

function viewOf(...events: DomainEvent[]) {
  const facts = events.reduce(applyEvent, NOBODY);
  const order = facts.orders['o1'] ?? null;
  return factsView({ shop, customerId: 'c', customer: facts.customer, orderCount: 1, order, position: { ordinal: 1 } });
}

describe('factsView', () => {
  const placed = anEvent('order.placed', '09:00', { total: { amount: 1000, currency: 'EUR' } });
  const delivered = (parcelId: string, time: string) => anEvent('shipment.delivered', time, { parcelId });

  it('shows an order as delivered once every parcel is, at the time of the last', () => {
    expect(viewOf(placed)['order']).toMatchObject({ delivered: false, deliveredAt: null, shipped: false });
    expect(
      viewOf(placed, delivered('a', '15:00'), anEvent('shipment.created', '10:00', { parcelId: 'b' }))['order'],
    ).toMatchObject({ delivered: false, shipped: true });
    expect(viewOf(placed, delivered('a', '15:00'), delivered('b', '14:00'))['order']).toMatchObject({
      delivered: true,
      deliveredAt: '2026-03-02T15:00:00.000Z',
    });
  });

  it('shows an order as fully refunded when the refunds reach its total or one says so', () => {
    const refund = (amount: number, full = false) =>
      anEvent('order.refunded', '16:00', { amount: { amount, currency: 'EUR' }, full });
    expect(viewOf(placed, refund(400))['order']).toMatchObject({ refunded: true, fullyRefunded: false });
    expect(viewOf(placed, refund(400), refund(600))['order']).toMatchObject({ fullyRefunded: true });
    expect(viewOf(placed, refund(400, true))['order']).toMatchObject({ fullyRefunded: true });
  });

  it('names consent as none where nobody spoke of it', () => {
    expect(viewOf(placed)['customer']).toMatchObject({ consents: { email: 'none', sms: 'none', whatsapp: 'none' } });
  });

  it('keeps stamps to itself', () => {
    expect(JSON.stringify(viewOf(placed, delivered('a', '15:00')))).not.toContain('stamps');
  });
});
