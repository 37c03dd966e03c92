import path from 'node:path';
import { projectRoot } from '../support/processes.js';
import { expectedOrders } from './compare.js';
import { buildData, readTable, readTables, type ReplayOrder, shareOfData } from './orders.js';
import { truthOf } from './truth.js';
import { wallTime } from './wall-clock.js';

const at = (text: string): number => wallTime(text) ?? 0;
const order = (name: string, rest: Partial<ReplayOrder>): ReplayOrder => ({
  name,
  id: 1,
  person: name,
  customerId: 1,
  status: 'delivered',
  purchasedAt: at('2017-03-01 10:00:00'),
  approvedAt: null,
  shippedAt: null,
  deliveredAt: at('2017-03-09 23:30:00'),
  promisedDay: '2017-03-20',
  lines: [],
  total: '1.00',
  ...rest,
});

describe('what the tables say must happen', () => {
  it.each([
    ['a delivery in time asks for a review', {}, [true, false]],
    [
      'one in the last second of the promised day is in time',
      { deliveredAt: at('2017-03-20 23:59:59') },
      [true, false],
    ],
    ['one a second later is late', { deliveredAt: at('2017-03-21 00:00:00') }, [true, true]],
    ['none at all is late', { deliveredAt: null, status: 'shipped' }, [false, true]],
    ['a cancelled order gets nothing', { deliveredAt: null, status: 'canceled' }, [false, false]],
    [
      'one cancelled after its promise was late',
      { deliveredAt: null, status: 'canceled', promisedDay: '2017-03-02' },
      [false, true],
    ],
  ] as const)('%s', (_title, rest, [review, apology]) => {
    const [truth] = truthOf([order('a', rest)]);
    expect([truth?.reviewDueAt !== null, truth?.delayApology]).toEqual([review, apology]);
  });

  it('thanks a person again for each order after the first', () => {
    const orders = ['a', 'b', 'a', 'a'].map((person) => order(person, { person }));
    expect(truthOf(orders).map(({ repeatThankYou }) => repeatThankYou)).toEqual([false, false, true, true]);
  });

  it('shares keep people whole and lose nobody', () => {
    const orders = Array.from({ length: 200 }, (_, index) => order(String(index), { person: `p${index % 50}` }));
    const parts = [1, 2, 3].map((part) => shareOfData({ orders, answers: [] }, part, 3).orders);
    expect(parts.flat()).toHaveLength(200);
    const people = parts.map((part) => new Set(part.map(({ person }) => person)));
    expect(people.reduce((sum, { size }) => sum + size, 0)).toBe(50);
  });

  it('agrees with the counts that were made of the small tables by other means', () => {
    const folder = path.join(
      process.env['AFTERGLOW_DATA'] ?? path.join(projectRoot(), '..', 'shared', 'data'),
      'olist_small',
    );
    const tables = readTables(folder);
    const rows = readTable(folder, 'expected_events');
    if (!tables || !rows) {
      process.stderr.write('skipped: no data\n');
      return;
    }
    const byName = <T extends { order: string }>(list: T[]): T[] =>
      list.toSorted((a, b) => (a.order < b.order ? -1 : 1));
    const [truth, expected] = [byName(truthOf(buildData(tables).orders)), byName(expectedOrders(rows))];
    const simple = ({ order: name, reviewDueAt, delayApology, repeatThankYou }: (typeof truth)[number]): unknown[] => [
      name,
      reviewDueAt !== null,
      delayApology,
      repeatThankYou,
    ];
    expect(truth.map(simple)).toEqual(expected.map(simple));
  });
});
