import { drawOf } from '../draw.js';

export interface Arm {
  readonly arm: string;
  readonly weight: number;
}

/**
 * The arm with the highest of `draw^(1/weight)`, each arm drawing for itself (weighted rendezvous hashing). An arm that gains
 * weight only takes people over, one that loses weight only gives some away, and the order of the arms has no say; ranges laid
 * end to end would move people among the arms behind as well. Arms without weight get nobody.
 */
export function drawArm<A extends Arm>(arms: readonly A[], person: readonly string[]): A | undefined {
  let drawn: A | undefined;
  let best = Number.NEGATIVE_INFINITY;
  for (const candidate of arms) {
    if (candidate.weight <= 0) continue;
    const score = Math.log(drawOf([...person, candidate.arm])) / candidate.weight;
    if (score <= best) continue;
    best = score;
    drawn = candidate;
  }
  return drawn;
}
