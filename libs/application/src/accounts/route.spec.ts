import { createHash } from 'node:crypto';
import type { Channel } from '../delivery/channel.js';
import { inOrderFor, type Route } from './route.js';

const route = (key: string, weight: number): Route => ({
  key,
  accountId: key,
  channel: {} as Channel,
  weight,
  limits: null,
});
const ROUTES = [route('ours', 6), route('theirs', 3), route('spare', 1)];
const keyOf = (n: number): string => createHash('sha256').update(String(n)).digest('hex');

describe('the order of routes for a message', () => {
  it('gives each its share of the firsts, and the others theirs of what is left', () => {
    const firsts: Record<string, number> = {};
    const seconds: Record<string, number> = {};
    for (let n = 0; n < 10_000; n += 1) {
      const [first, second] = inOrderFor(ROUTES, keyOf(n), 1);
      firsts[first!.key] = (firsts[first!.key] ?? 0) + 1;
      if (first!.key === 'ours') seconds[second!.key] = (seconds[second!.key] ?? 0) + 1;
    }
    expect(firsts['ours']! / 10_000).toBeCloseTo(0.6, 1);
    expect(firsts['theirs']! / 10_000).toBeCloseTo(0.3, 1);
    expect(firsts['spare']! / 10_000).toBeCloseTo(0.1, 1);
    expect(seconds['theirs']! / firsts['ours']!).toBeCloseTo(0.75, 1);
  });

  it('is the same each time, names every route once, and begins with the next one at each try', () => {
    for (let n = 0; n < 100; n += 1) {
      const order = inOrderFor(ROUTES, keyOf(n), 1).map(({ key }) => key);
      expect(inOrderFor(ROUTES, keyOf(n), 1).map(({ key }) => key)).toEqual(order);
      expect(order.toSorted()).toEqual(['ours', 'spare', 'theirs']);
      const firsts = [1, 2, 3, 4].map((attempt) => inOrderFor(ROUTES, keyOf(n), attempt)[0]!.key);
      expect(firsts).toEqual([...order, order[0]]);
    }
  });

  it('of one route is that route', () => {
    expect(inOrderFor([route('only', 7)], keyOf(1), 5).map(({ key }) => key)).toEqual(['only']);
  });
});
