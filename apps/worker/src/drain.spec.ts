import { Drain } from './drain.js';

describe('Drain', () => {
  it('runs rounds until one leaves nothing', async () => {
    const left = [3, 3, 1];
    const drain = new Drain(async () => ({ claimed: left.shift() ?? 0, hasMore: left.length > 0 }));
    expect(await drain.run()).toBe(7);
    expect(left).toEqual([]);
  });

  it('looks once more for a caller that comes while it runs', async () => {
    let rounds = 0;
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const drain = new Drain(async () => {
      rounds += 1;
      if (rounds === 1) await gate;
      return { claimed: 0, hasMore: false };
    });
    const first = drain.run();
    const second = drain.run();
    release();
    await Promise.all([first, second]);
    expect(rounds).toBe(2);
  });

  it('starts nothing after it was stopped, and waits for the round under way', async () => {
    let rounds = 0;
    const drain = new Drain(async () => {
      rounds += 1;
      return { claimed: 1, hasMore: true };
    });
    const running = drain.run();
    await drain.stop();
    await running;
    expect(rounds).toBe(1);
    expect(await drain.run()).toBe(0);
  });

  it('can run again after a round failed', async () => {
    let fails = true;
    const drain = new Drain(async () => {
      if (fails) throw new Error('the database is away');
      return { claimed: 0, hasMore: false };
    });
    await expect(drain.run()).rejects.toThrow('the database is away');
    fails = false;
    expect(await drain.run()).toBe(0);
  });
});
