import { describe, expect, it } from '@jest/globals';
import type { Instant } from '#app/domain';
import { ClockPort } from '../ports/clock.port.js';
import { HintPort } from '../ports/hint.port.js';
import { AdvanceClock } from './advance-clock.use-case.js';
import { type Agenda, VirtualClockPort } from './virtual-clock.port.js';

class Hints extends HintPort {
  hint(): void {}
}

class Monotonic extends ClockPort {
  private ms = 0;
  async now(): Promise<Instant> {
    return 0;
  }
  monotonicMs(): number {
    return this.ms;
  }
  async sleep(ms: number): Promise<void> {
    this.ms += ms;
    await Promise.resolve();
  }
}

/** Stands at 100; `dues` are answered one by one, whatever the time. */
class Stored extends VirtualClockPort {
  at: Instant = 100;
  readonly steps: Instant[] = [];
  isBusy = false;

  constructor(private readonly dues: Instant[]) {
    super();
  }
  async read(): Promise<Instant> {
    return this.at;
  }
  async set(at: Instant): Promise<void> {
    this.steps.push(at);
    this.at = at;
  }
  async wallTime(): Promise<Instant> {
    return 0;
  }
  async clear(): Promise<void> {}
  async agenda(): Promise<Agenda> {
    const nextTimer = this.isBusy ? null : (this.dues.shift() ?? null);
    return {
      inbox: this.isBusy,
      timers: false,
      messages: false,
      calls: false,
      nextTimer,
      nextMessage: null,
      nextCall: null,
    };
  }
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }
}

const aClock = (stored: Stored): AdvanceClock => new AdvanceClock(stored, new Hints(), new Monotonic());

describe('AdvanceClock', () => {
  it('steps from one due thing to the next and ends at the target', async () => {
    const stored = new Stored([120, 150, 300]);
    expect(await aClock(stored).to(200)).toBe(200);
    expect(stored.steps).toEqual([120, 150, 200]);
  });

  it('stops at multiples of a step alone, never before a thing is due and never beyond the target', async () => {
    const stored = new Stored([120, 130, 131, 195, 300]);
    expect(await aClock(stored).to(198, 30)).toBe(198);
    expect(stored.steps).toEqual([130, 160, 198, 198]);
  });

  it('never steps back to what fell due in the past meanwhile', async () => {
    const stored = new Stored([150, 40, 150, 180]);
    await aClock(stored).to(200);
    expect(stored.steps).toEqual([150, 180, 200]);
  });

  it('ends at once when it is stopped, however much is left to do', async () => {
    const stored = new Stored([120]);
    stored.isBusy = true;
    const clock = aClock(stored);
    const advance = clock.to(200);
    clock.stop();
    await expect(advance).rejects.toMatchObject({ code: 'unavailable' });
    expect(stored.at).toBe(100);
  });
});
