import { aContext, parsed, refusal } from '../testing.js';
import { holdOutStep } from './hold-out.step.js';

const PEOPLE = Array.from({ length: 10_000 }, (_, index) => `customer-${index}`);

function heldOut(settings: unknown, visit = 1): ReadonlySet<string> {
  const own = parsed(holdOutStep, settings);
  return new Set(
    PEOPLE.filter((customerId) => {
      const decision = holdOutStep.enter(own, aContext('2026-05-04T10:00:00Z', {}, { customerId, visit }));
      return decision.type === 'continue' && decision.holdOut === true;
    }),
  );
}

describe('hold-out', () => {
  it('draws ten in a hundred unless told otherwise', () => {
    expect(Math.abs(heldOut({}).size / PEOPLE.length - 0.1)).toBeLessThan(0.012);
    expect(Math.abs(heldOut({ percent: 35 }).size / PEOPLE.length - 0.35)).toBeLessThan(0.02);
  });

  it('draws nobody at 0 and everybody at 100', () => {
    expect([heldOut({ percent: 0 }).size, heldOut({ percent: 100 }).size]).toEqual([0, PEOPLE.length]);
  });

  it('draws the same people again, and only adds some when more are drawn', () => {
    const ten = heldOut({ percent: 10 });
    expect(heldOut({ percent: 10 }, 9)).toEqual(ten);
    const twelve = heldOut({ percent: 12 });
    expect([...ten].filter((id) => !twelve.has(id))).toEqual([]);
  });

  it('says how each person was drawn', () => {
    const context = aContext('2026-05-04T10:00:00Z');
    expect(holdOutStep.enter(parsed(holdOutStep, { percent: 100 }), context)).toEqual({
      type: 'continue',
      holdOut: true,
      acts: [{ type: 'assign', arm: 'held-out' }],
    });
    expect(holdOutStep.enter(parsed(holdOutStep, { percent: 0 }), context)).toEqual({
      type: 'continue',
      acts: [{ type: 'assign', arm: 'treated' }],
    });
  });

  it('keeps people as they were drawn before, but for 0 and 100', () => {
    const way = (percent: number, arm: string) => {
      const decision = holdOutStep.enter(
        parsed(holdOutStep, { percent }),
        aContext('2026-05-04T10:00:00Z', {}, { arm }),
      );
      return decision.type === 'continue' && [decision.holdOut ?? false, ...(decision.acts ?? [])];
    };
    expect(way(99, 'treated')).toEqual([false, { type: 'assign', arm: 'treated' }]);
    expect(way(0.001, 'held-out')).toEqual([true, { type: 'assign', arm: 'held-out' }]);
    expect(way(0, 'held-out')).toEqual([false, { type: 'assign', arm: 'treated', replaces: 'held-out' }]);
    expect(way(100, 'treated')).toEqual([true, { type: 'assign', arm: 'held-out', replaces: 'treated' }]);
  });

  it.each([[{ percent: -1 }], [{ percent: 101 }], [{ percent: '10 %' }]])('refuses %j', (settings) => {
    expect(refusal(holdOutStep, settings)).not.toBe('');
  });
});
