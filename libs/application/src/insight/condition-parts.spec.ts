import { describe, expect, it } from '@jest/globals';
import { factsIn, partsOf } from './condition-parts.js';

const view = {
  customer: { orderCount: 1, tags: ['vip'], attributes: { size: 'a && b' } },
  order: { isGift: false, total: { amount: 1990 }, lines: [{ title: 'x'.repeat(400) }] },
};

describe('partsOf', () => {
  it.each([
    ['order.isGift', ['order.isGift']],
    ['!order.isGift && customer.orderCount > 1', ['!order.isGift', 'customer.orderCount > 1']],
    ['a && (b || c) && d[e && f]', ['a', '(b || c)', 'd[e && f]']],
    [`customer.attributes.size == "a && b" && order.paid`, ['customer.attributes.size == "a && b"', 'order.paid']],
    [`x == 'it\\'s && so' && y`, [`x == 'it\\'s && so'`, 'y']],
    ['a && b || c', ['a && b || c']],
    ['a ? b && c : d', ['a ? b && c : d']],
    ['order.lines.all(l, l.quantity > 1 && l.title != "")', ['order.lines.all(l, l.quantity > 1 && l.title != "")']],
  ])('of %s', (condition, parts) => {
    expect(partsOf(condition)).toEqual(parts);
  });
});

describe('factsIn', () => {
  it('names the facts of a condition with their values, null for what is not known', () => {
    expect(factsIn('customer.orderCount > 1 && !order.isGift && order.total.currency == "order.isGift"', view)).toEqual(
      {
        'customer.orderCount': 1,
        'order.isGift': false,
        'order.total.currency': null,
      },
    );
  });

  it('takes the owner of a function for the fact, and cuts long facts', () => {
    const facts = factsIn('"vip" in customer.tags && order.lines.exists(l, l.title == "x") && order.constructor', view);
    expect(facts).toMatchObject({ 'customer.tags': ['vip'], 'order.constructor': null });
    expect(facts['order.lines']).toHaveLength(300);
  });
});
