import type { Json } from '../facts/view.js';
import { celView } from './cel-view.js';
import { compileExpression, type Expression } from './expression.js';

const compile = (source: string, place: Partial<Parameters<typeof compileExpression>[1]> = {}): Expression => {
  const compiled = compileExpression(source, {
    place: '/audience',
    settings: { after: 'PT72H', reminder: true },
    ...place,
  });
  if ('faults' in compiled) throw new Error(compiled.faults.map(({ message }) => message).join(' | '));
  return compiled.expression;
};
const fault = (source: string, place: Partial<Parameters<typeof compileExpression>[1]> = {}): string => {
  const compiled = compileExpression(source, { place: '/audience', settings: { after: 'PT72H' }, ...place });
  return 'faults' in compiled ? compiled.faults.map(({ message }) => message).join(' | ') : 'no fault';
};

const order: Json = {
  ordinal: 2,
  name: '#A12',
  isGift: false,
  promisedDate: null,
  total: { amount: 5990, currency: 'EUR' },
  lines: [
    { id: '1', title: 'Oak bowl', quantity: 1, price: { amount: 3990, currency: 'EUR' } },
    { id: '2', title: 'Beeswax', quantity: 2 },
  ],
  parcels: [{ id: 'p', delivered: true }],
  tags: ['vip'],
};
const view = celView({
  order,
  customer: { attributes: { tier: 'gold', ratio: 1.5 } },
  settings: { reminder: true },
  event: { data: { score: 2 } },
});

describe('compileExpression', () => {
  it.each<[string, Json]>([
    ['order.ordinal + 1 >= 3', true],
    ['order.ordinal + 1', 3],
    ['order.total.amount > 5000 && order.total.currency == "EUR"', true],
    ['order.parcels.all(p, p.delivered)', true],
    ['order.lines.exists(l, l.title.startsWith("Oak") && l.quantity == 1)', true],
    ['order.lines.map(l, l.title)', ['Oak bowl', 'Beeswax']],
    ['order.lines.filter(l, has(l.price)).size()', 1],
    ['"vip" in order.tags', true],
    ['customer.attributes.ratio > 1', true],
    ['has(customer.attributes.nothing)', false],
    ['order.promisedDate != null', false],
    ['settings.reminder', true],
    ['order.name.matches("^#A[0-9]+$")', true],
    ['(order.name + "x") . matches ( "x$" ) && !order.name.matches("x")', true],
    ['10 - (order.ordinal - 1) == 9 && order.name.matches("A")', true],
    ['order.name == ".matches(" || order.name.matches("12")', true],
  ])('%s is %j', (source, value) => {
    expect(compile(source).evaluate(view)).toEqual(value);
  });

  it('keeps a pattern from running away', () => {
    const long = celView({ order: { name: `${'a'.repeat(40)}!` } });
    expect(compile('order.name.matches("(a+)+$")').evaluate(long)).toBe(false);
  });

  it.each([
    ['order.totl.amount > 5', 'order.totl: did you mean order.total?'],
    ['ordr.total.amount > 5', 'ordr: did you mean order?'],
    ['order.lines.all(l, l.titel == "x")', 'l.titel: did you mean l.title?'],
    ['order.lines[0].prise', 'order.lines[0].prise: did you mean order.lines[0].price?'],
    ['order.lines.title == "x"', 'order.lines is a list'],
    ['order.promisedDate.day > 3', 'order.promisedDate has no fields'],
    ['order["totl"] == null', 'order.totl: did you mean order.total?'],
    ['has(order.deliverd)', 'order.deliverd: did you mean order.delivered?'],
    ['settings.aftre == "x"', 'settings.aftre: did you mean settings.after?'],
    ['customer.constructor == 1', 'customer.constructor: there is'],
  ])('says what is unknown in %s', (source, sentence) => {
    expect(fault(source)).toContain(sentence);
  });

  it('knows the fields of the events that may be at hand', () => {
    expect(fault('event.data.scor > 3', { events: ['survey.answered'] })).toContain('event.data.score');
    expect(fault('event.data.parcelId == "1"', { events: ['shipment.delivered', 'order.refunded'] })).toBe('no fault');
    expect(fault('event.data.whatever == 1')).toBe('no fault');
  });

  it.each([
    ['order.total.amount >', "can't be read"],
    ['', 'is empty'],
    [`order.name == "${'x'.repeat(1000)}"`, '1000 are allowed'],
    [Array.from({ length: 160 }, () => '1').join('+'), "can't be read"],
    ['order.name.matches(order.id)', 'written out'],
    ['order.name.matches("(?=a)")', 'is not a pattern'],
    [`order.name.matches("${'a'.repeat(257)}")`, 'longer than 256'],
    ['order.name /* x */ == 1', "can't be read"],
    ['cel.bind(x, order.name, x + x)', 'cel.bind is not available'],
    ['order.lines.all(a, order.lines.all(b, order.lines.all(c, true)))', 'nested 2 deep'],
    ['nothing(order)', 'nothing'],
    ['1 + "a" == 2', 'no such overload'],
  ])('refuses %j', (source, sentence) => {
    expect(fault(source)).toContain(sentence);
  });

  it('expects a condition to be true or false', () => {
    expect(fault('size(order.lines)', { expects: 'bool' })).toContain('gives int');
    expect(fault('order.isGift', { expects: 'bool' })).toBe('no fault');
  });

  it('fails with expression.failed where a fact is missing', () => {
    expect(() => compile('order.lines[5].title == "x"').evaluate(view)).toThrow(
      expect.objectContaining({ code: 'expression.failed' }),
    );
    expect(() => compile('order.promisedDate.startsWith("2026")').evaluate(view)).toThrow(
      /has no value for these facts/,
    );
  });
});
