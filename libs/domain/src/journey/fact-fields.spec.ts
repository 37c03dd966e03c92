import { EMPTY_CUSTOMER, emptyOrder, emptyParcel } from '../facts/facts.js';
import { factsView } from '../facts/view.js';
import { compileExpression } from './expression.js';

describe('fields of the facts', () => {
  const view = factsView({
    shop: { id: 's', name: 'Shop', timeZone: 'UTC', currency: 'EUR', locale: 'en' },
    customerId: 'c',
    customer: EMPTY_CUSTOMER,
    orderCount: 1,
    order: {
      ...emptyOrder('1'),
      lines: [{ id: '1', title: 'Bowl', quantity: 1 }],
      parcels: [emptyParcel('p', 'created', '2026-05-04T10:00:00.000Z')],
    },
    position: { ordinal: 1 },
  }) as Record<string, Record<string, unknown>>;
  const names = ['customer', 'order', 'shop'].flatMap((name) =>
    Object.keys(view[name] ?? {}).map((field) => `${name}.${field}`),
  );
  const order = view['order'] as { parcels: object[]; lines: object[] };
  const items = [
    ...Object.keys(order.parcels[0] ?? {}).map((field) => `order.parcels[0].${field}`),
    ...Object.keys(order.lines[0] ?? {}).map((field) => `order.lines[0].${field}`),
  ];

  it.each([...names, ...items])('%s may be named in expressions', (name) => {
    expect(compileExpression(`${name} != null`, { place: '/' })).toHaveProperty('expression');
  });
});
