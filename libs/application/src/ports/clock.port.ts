import type { Instant } from '#app/domain';
import type { Transaction } from './unit-of-work.port.js';

/** The one clock. Business time comes from the database, so that all processes agree and a virtual clock moves them all. */
export abstract class ClockPort {
  /** Business time, read within the given transaction or by itself. */
  abstract now(tx?: Transaction): Promise<Instant>;

  /** Milliseconds of a clock that never jumps, for durations and guards only. */
  abstract monotonicMs(): number;

  abstract sleep(ms: number): Promise<void>;
}
