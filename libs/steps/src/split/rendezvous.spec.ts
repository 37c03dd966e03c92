import { drawArm } from './rendezvous.js';

const PEOPLE = Array.from({ length: 10_000 }, (_, index) => `customer-${index}`);

type Weights = Readonly<Record<string, number>>;
const armsOf = (weights: Weights) => Object.entries(weights).map(([arm, weight]) => ({ arm, weight }));
const drawnBy = (weights: Weights): (string | undefined)[] =>
  PEOPLE.map((id) => drawArm(armsOf(weights), [id, 'journey', 'step'])?.arm);

function shares(weights: Weights): Record<string, number> {
  const drawn = drawnBy(weights);
  return Object.fromEntries(
    Object.keys(weights).map((arm) => [arm, drawn.filter((other) => other === arm).length / PEOPLE.length]),
  );
}

/** How many change their arm, and from which to which. */
function moves(before: Weights, after: Weights): { readonly share: number; readonly ways: readonly string[] } {
  const now = drawnBy(after);
  const moved = drawnBy(before).flatMap((arm, index) => (arm === now[index] ? [] : [`${arm} to ${now[index]}`]));
  return { share: moved.length / PEOPLE.length, ways: [...new Set(moved)].toSorted() };
}

describe('drawArm', () => {
  it.each<[Weights]>([
    [{ a: 50, b: 50 }],
    [{ a: 1, b: 2, c: 7 }],
    [{ a: 90, b: 5, c: 5 }],
    [{ a: 0.1, b: 0.1, c: 0.1, d: 0.7 }],
  ])('spreads 10,000 people as %j says, within four standard deviations', (weights) => {
    const total = Object.values(weights).reduce((sum, weight) => sum + weight);
    for (const [arm, share] of Object.entries(shares(weights))) {
      const expected = (weights[arm] ?? 0) / total;
      const deviation = Math.sqrt((expected * (1 - expected)) / PEOPLE.length);
      expect(Math.abs(share - expected)).toBeLessThan(4 * deviation);
    }
  });

  it('gives an arm without weight nobody, and no arm when none has weight', () => {
    expect(shares({ a: 1, b: 0 })).toEqual({ a: 1, b: 0 });
    expect(drawArm([{ arm: 'a', weight: 0 }], ['c'])).toBeUndefined();
  });

  it('gives the same person the same arm, in whatever order the arms are written', () => {
    expect(drawnBy({ c: 3, a: 1, b: 2 })).toEqual(drawnBy({ a: 1, b: 2, c: 3 }));
  });

  it('draws each step of each journey anew', () => {
    const arms = armsOf({ a: 1, b: 1 });
    const same = PEOPLE.filter(
      (id) => drawArm(arms, [id, 'journey', 'one'])?.arm === drawArm(arms, [id, 'journey', 'two'])?.arm,
    );
    expect(Math.abs(same.length / PEOPLE.length - 0.5)).toBeLessThan(0.02);
  });

  it('moves people only into the arm that gains weight, and no more than it must', () => {
    const { share, ways } = moves({ a: 1, b: 1, c: 1 }, { a: 2, b: 1, c: 1 });
    expect(ways).toEqual(['b to a', 'c to a']);
    expect(Math.abs(share - (1 / 2 - 1 / 3))).toBeLessThan(0.016);
  });

  it('moves people only out of an arm that goes', () => {
    const { share, ways } = moves({ a: 1, b: 1, c: 2 }, { a: 1, b: 1 });
    expect(ways).toEqual(['c to a', 'c to b']);
    expect(Math.abs(share - 1 / 2)).toBeLessThan(0.02);
  });

  it('moves nobody when all weights grow alike', () => {
    expect(moves({ a: 1, b: 3 }, { a: 25, b: 75 }).share).toBe(0);
  });
});
