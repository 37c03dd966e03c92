import { aContext, parsed, refusal } from '../testing.js';
import { splitStep } from './split.step.js';

const at = '2026-05-04T10:00:00Z';
const arms = [
  { arm: 'a', weight: 1, goto: 'first' },
  { arm: 'b', weight: 1 },
];

describe('split', () => {
  it('goes the way of the arm that is drawn, and says which it was', () => {
    const settings = parsed(splitStep, { arms });
    const ways = Array.from({ length: 40 }, (_, index) => {
      const decision = splitStep.enter(settings, aContext(at, {}, { customerId: `c${index}` }));
      return decision.type === 'continue' && { next: decision.next, acts: decision.acts };
    });
    expect(ways).toContainEqual({ next: 'first', acts: [{ type: 'assign', arm: 'a' }] });
    expect(ways).toContainEqual({ next: undefined, acts: [{ type: 'assign', arm: 'b' }] });
  });

  it('draws by customer, journey and step alone', () => {
    const settings = parsed(splitStep, { arms });
    const drawn = (time: string, visit: number) =>
      Array.from({ length: 40 }, (_, index) =>
        splitStep.enter(settings, aContext(time, { x: visit }, { visit, customerId: `c${index}` })),
      );
    expect(drawn('2027-01-01T00:00:00Z', 9)).toEqual(drawn(at, 1));
  });

  it('keeps the arm that the person was given before, whatever the weights are now', () => {
    const settings = parsed(splitStep, {
      arms: [
        { ...arms[0], weight: 1_000 },
        { ...arms[1], weight: 0.001 },
      ],
    });
    for (let index = 0; index < 40; index += 1)
      expect(splitStep.enter(settings, aContext(at, {}, { customerId: `c${index}`, arm: 'b' }))).toEqual({
        type: 'continue',
        next: undefined,
        acts: [{ type: 'assign', arm: 'b' }],
      });
  });

  it.each([
    ['has no weight any more', 'b', [arms[0], { ...arms[1], weight: 0 }]],
    ['is gone', 'c', [arms[0], { ...arms[1], weight: 0 }]],
  ])('draws again when the arm %s', (_, arm, now) => {
    expect(splitStep.enter(parsed(splitStep, { arms: now }), aContext(at, {}, { arm }))).toMatchObject({
      next: 'first',
      acts: [{ type: 'assign', arm: 'a', replaces: arm }],
    });
  });

  it('tells the compiler where it leads', () => {
    expect(splitStep.targets?.(parsed(splitStep, { arms }))).toEqual(['first']);
    expect(splitStep.fallsThrough?.(parsed(splitStep, { arms }))).toBe(true);
    const both = arms.map((arm) => ({ ...arm, goto: 'end' }));
    expect(splitStep.fallsThrough?.(parsed(splitStep, { arms: both }))).toBe(false);
  });

  it.each([
    [[arms[0]], 'at least two'],
    [[arms[0], arms[0]], 'Name each arm once'],
    [arms.map((arm) => ({ ...arm, weight: 0 })), 'a weight above 0'],
    [arms.map((arm) => ({ ...arm, weight: -1 })), 'Write 0 or more'],
    [arms.map((arm) => ({ ...arm, weight: Number.POSITIVE_INFINITY })), 'Write a number'],
    [arms.map((arm) => ({ ...arm, arm: 'Arm A' })), 'lower-case'],
  ])('refuses %j', (list, sentence) => {
    expect(refusal(splitStep, { arms: list })).toContain(sentence);
  });
});
