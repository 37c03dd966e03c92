import { describe, expect, it } from '@jest/globals';
import type { Instant } from '#app/domain';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import { ClockGuard } from './clock-guard.js';
import { ComparedClocks } from './compared-clocks.port.js';

const HOUR_MS = 3_600_000;

class Clocks extends ComparedClocks {
  time = 0;
  moved = 0;
  /** What an answer of the database takes; it looks at its clock in the middle. */
  answerMs = 0;

  async databaseNow(): Promise<Instant> {
    this.time += this.answerMs / 2;
    const now = 1_700_000_000_000 + this.time + this.moved;
    this.time += this.answerMs / 2;
    return now;
  }
  elapsedMs(): number {
    return this.time;
  }
}

class Direct extends UnitOfWork {
  inShop<T>(_shopId: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return work({} as Transaction);
  }
  together<T>(shopId: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.inShop(shopId, work);
  }
  acrossShops<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return work({} as Transaction);
  }
}

function rig() {
  const clocks = new Clocks();
  return { clocks, guard: new ClockGuard(new Direct(), clocks) };
}

describe('ClockGuard', () => {
  it('believes a clock that goes with time, however long nobody looked', async () => {
    const { clocks, guard } = rig();
    for (const pause of [1_000, HOUR_MS, 14 * 24 * HOUR_MS]) {
      clocks.time += pause;
      expect(await guard.isSound()).toBe(true);
    }
    expect(guard.apartMs).toBe(0);
  });

  it('believes a clock that drifts by a little at each look', async () => {
    const { clocks, guard } = rig();
    for (let look = 0; look < 1_000; look += 1) {
      clocks.time += 1_000;
      clocks.moved += 500;
      expect(await guard.isSound()).toBe(true);
    }
  });

  it.each([HOUR_MS, -HOUR_MS, 61_000, -61_000])(
    'believes none that was moved by %s ms, until it is back',
    async (by) => {
      const { clocks, guard } = rig();
      await guard.isSound();
      clocks.moved = by;
      for (let look = 0; look < 3; look += 1) {
        clocks.time += 1_000;
        expect(await guard.isSound()).toBe(false);
        expect(guard.apartMs).toBe(by);
      }
      clocks.moved = 0;
      expect(await guard.isSound()).toBe(true);
    },
  );

  it('takes a slow answer for no jump, and sees a jump behind it', async () => {
    const { clocks, guard } = rig();
    await guard.isSound();
    clocks.answerMs = 5 * 60_000;
    expect(await guard.isSound()).toBe(true);
    clocks.moved = HOUR_MS;
    expect(await guard.isSound()).toBe(false);
  });

  it('gives nothing that was claimed by a clock that was moved', async () => {
    const { clocks, guard } = rig();
    expect(await guard.claim(async () => 'claimed')).toBe('claimed');
    clocks.moved = HOUR_MS;
    await expect(guard.claim(async () => 'claimed')).rejects.toMatchObject({ code: 'unavailable' });
    clocks.moved = 0;
    expect(await guard.claim(async () => 'claimed')).toBe('claimed');
  });
});
