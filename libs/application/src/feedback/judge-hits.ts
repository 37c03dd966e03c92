import type { Instant, Medium } from '#app/domain';

/** A link of a message that was followed. */
export interface LinkHit {
  readonly id: string;
  /** Number of the link in its message. */
  readonly position: number;
  /** By the clock of leases. */
  readonly seenAt: Instant;
  /** Business time. */
  readonly at: Instant;
  /** The program that says it is a robot. */
  readonly isRobot: boolean;
}

/** So soon after a mail was handed over nobody has read it. */
const TOO_SOON_MS = 3_000;
/** Nobody follows so many links of one mail in so short a time. */
const MANY_LINKS = 3;
const AT_ONCE_MS = 3_000;

/**
 * Which hits on the links of one message were a machine's: mailbox providers and security gateways follow links to look where they lead,
 * within seconds, often every one. Pure, so that it can be asked again with whatever comes later.
 * @param handedAt business time; null when it isn't known
 */
export function machineHits(hits: readonly LinkHit[], medium: Medium, handedAt: Instant | null): ReadonlySet<string> {
  const machine = new Set<string>();
  for (const hit of hits) {
    const near = hits.filter(({ seenAt }) => Math.abs(seenAt - hit.seenAt) <= AT_ONCE_MS);
    const isSwarm = new Set(near.map(({ position }) => position)).size >= MANY_LINKS;
    // a virtual clock stands still between a mail and its click
    const afterMs = handedAt === null ? 0 : hit.at - handedAt;
    const isTooSoon = medium === 'email' && afterMs > 0 && afterMs < TOO_SOON_MS;
    if (hit.isRobot || isSwarm || isTooSoon) machine.add(hit.id);
  }
  return machine;
}
