import type { RateKind } from '#app/application';
import { clientOf } from './client-address.js';
import { TokenBuckets } from './token-buckets.js';

const PER_MINUTE: Record<RateKind, number> = {
  key: 60,
  shop: 600,
  source: 60,
  guess: 60,
  forgery: 60,
  page: 60,
  link: 60,
  code: 60,
};

function aRig(maxBuckets?: number) {
  const clock = { nowMs: 5 };
  const buckets = new TokenBuckets(PER_MINUTE, () => clock.nowMs, maxBuckets);
  const takes = (count: number, who = 'a', cost = 1): number =>
    Array.from({ length: count }).filter(() => {
      try {
        buckets.take('key', who, cost);
        return true;
      } catch {
        return false;
      }
    }).length;
  return { clock, buckets, takes };
}

describe('TokenBuckets', () => {
  it('lets a minute’s worth through at once, then as much as the rate', () => {
    const { clock, takes } = aRig();
    expect(takes(100)).toBe(60);
    clock.nowMs += 10_000;
    expect(takes(100)).toBe(10);
    clock.nowMs += 600_000;
    expect(takes(100)).toBe(60);
  });

  it('says when to come again, and keeps its word', () => {
    const { clock, buckets, takes } = aRig();
    takes(60);
    expect(() => buckets.take('key', 'a', 5)).toThrow(
      expect.objectContaining({ code: 'rate_limited', retryAfterS: 5 }),
    );
    clock.nowMs += 5_000;
    expect(() => buckets.take('key', 'a', 5)).not.toThrow();
  });

  it('counts each for itself', () => {
    const { buckets, takes } = aRig();
    expect(takes(100, 'a')).toBe(60);
    expect(takes(100, 'b')).toBe(60);
    expect(() => buckets.take('shop', 'a')).not.toThrow();
  });

  it('takes more for what costs more, and a whole bucket at most', () => {
    expect(aRig().takes(100, 'a', 10)).toBe(6);
    expect(aRig().takes(100, 'a', 1_000)).toBe(1);
  });

  it('is no door for those who come under ever new names: it keeps so many buckets and no more', () => {
    const { buckets, takes } = aRig(100);
    for (let index = 0; index < 10_000; index += 1) buckets.take('key', `stranger ${index}`);
    const kept = (buckets as unknown as { fullAtMs: Map<string, Map<string, number>> }).fullAtMs.get('key');
    expect(kept?.size).toBeLessThanOrEqual(100);
    expect(takes(100, 'the last')).toBe(60);
  });
});

describe('clientOf', () => {
  it.each([
    ['93.184.216.34', '93.184.216.34'],
    ['::ffff:93.184.216.34', '93.184.216.34'],
    ['2606:4700:4700:1:aaaa::1', '2606:4700:4700:1::/64'],
    ['2606:4700:4700:1:bbbb::2', '2606:4700:4700:1::/64'],
    ['127.0.0.1', undefined],
    ['::1', undefined],
    ['10.1.2.3', undefined],
    ['172.18.0.1', undefined],
    ['fd00::1', undefined],
    ['nonsense', undefined],
    ['', undefined],
  ])('%s is %s', (address, client) => {
    expect(clientOf(address)).toBe(client);
  });
});
