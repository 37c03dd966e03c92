import { gapsOf } from './gaps.js';

describe('gapsOf', () => {
  const source = {
    subject: 'Hello {{ customer.firstName }}',
    mjml: '{% if customer.firstName %}{{ customer.firstName }}{% endif %}{{ order.name | default: "" }}{{ order.total | money }}',
  };

  it('names what prints nothing, with its field', () => {
    expect(gapsOf(source, { customer: {}, order: {}, shop: {} })).toEqual([
      { place: 'subject', placeholder: '{{ customer.firstName }}' },
      { place: 'mjml', placeholder: '{{ order.total | money }}' },
    ]);
  });

  it('finds none where every fact is known', () => {
    const variables = { customer: { firstName: 'Ada' }, order: { total: { amount: 500, currency: 'EUR' } }, shop: {} };
    expect(gapsOf(source, variables)).toEqual([]);
  });

  it('leaves text that is no Liquid to the compiler', () => {
    expect(gapsOf({ subject: 'Hello {{ customer.' }, {})).toEqual([]);
    expect(gapsOf({ subject: '{% if %}{{ customer.firstName }}' }, {})).toEqual([]);
  });
});
