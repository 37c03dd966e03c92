import { gapsOf } from './gaps.js';

describe('gapsOf', () => {
  const source = {
    subject: 'Hello {{ customer.firstName }}',
    mjml: '{% if customer.firstName %}{{ customer.firstName }}{% endif %}{{ order.name | default: "" }}{{ order.total | money }}',
  };

  it('names what prints nothing, with its field', () => {
    expect(gapsOf(source, { customer: {}, order: {}, shop: {} })).toEqual([
      { place: 'subject', placeholder: '{{ customer.firstName }}', fallback: null },
      { place: 'mjml', placeholder: '{{ order.name | default: "" }}', fallback: '' },
      { place: 'mjml', placeholder: '{{ order.total | money }}', fallback: null },
    ]);
  });

  it('finds none where every fact is known', () => {
    const order = { name: '#1', total: { amount: 500, currency: 'EUR' } };
    const variables = { customer: { firstName: 'Ada' }, order, shop: {} };
    expect(gapsOf(source, variables)).toEqual([]);
  });

  it('tells what stands in place of a fact, where its author said so', () => {
    const sms =
      'Hi {{ customer.firstName | upcase | default: shop.name | append: "!" }} {{- customer.lastName | default: "?" -}} {{ a }}';
    expect(gapsOf({ sms }, { customer: { lastName: 'Moreau' }, shop: { name: 'Birch' }, a: 1 })).toEqual([
      expect.objectContaining({ fallback: 'Birch!' }),
    ]);
  });

  it('asks what a default stands for, not what is made of it', () => {
    const liquid = '{{ order.total | default: 0 | money }}';
    const source = {
      subject: liquid,
      mjml: '{{ order.isGift | default: "no" }} {{ order.note | default: "" | append: "!" -}}',
    };
    const order = { total: { amount: 500, currency: 'EUR' }, isGift: false, note: 'Hi' };
    expect(gapsOf(source, { order, shop: { currency: 'EUR' } })).toEqual([]);
    expect(gapsOf(source, { order: {}, shop: { currency: 'EUR' } }).map(({ fallback }) => fallback)).toEqual([
      expect.stringContaining('0.00'),
      'no',
      '!',
    ]);
  });

  it('leaves text that is no Liquid to the compiler', () => {
    expect(gapsOf({ subject: 'Hello {{ customer.' }, {})).toEqual([]);
    expect(gapsOf({ subject: '{% if %}{{ customer.firstName }}' }, {})).toEqual([]);
  });
});
