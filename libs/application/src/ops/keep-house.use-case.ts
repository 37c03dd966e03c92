import { Injectable } from '@nestjs/common';
import { ClockPort } from '../ports/clock.port.js';
import { DELIVERY_QUEUES, HintPort } from '../ports/hint.port.js';
import { HousekeepingPort } from './housekeeping.port.js';
import { RetentionPort } from './retention.port.js';

const OVERDUE_MS = 45_000;
const HOUR_MS = 3_600_000;
/** Workers of the version before may have been at work for so long when the first of this one starts, and beside it. */
const CONSENT_HOURS = { first: 72, later: 3 };

export interface HousekeepingReport {
  /** Hand-overs whose process died: their outcome is unknown. */
  readonly unknown: number;
  /** Claimed messages, timers and calls that went back. */
  readonly released: number;
  /** Runs whose steps so far are counted from now on without reading each visit. */
  readonly folded: number;
  readonly partitionsMade: number;
  readonly keysForgotten: number;
  /** Words of consent that workers of the version before left out. */
  readonly consentsKept: number;
  /** Months that were dropped, and texts of messages that were deleted, because they are older than they are kept. */
  readonly monthsDropped: number;
  readonly contentsForgotten: number;
  /** Addresses from which messages came back once. */
  readonly bouncesForgotten: number;
}

/** The chores of every installation. Safe to run anywhere at any time, by several workers at once. */
@Injectable()
export class KeepHouse {
  private lastRunMs = -Infinity;
  private lastSlowRunMs = -Infinity;

  constructor(
    private readonly port: HousekeepingPort,
    private readonly retention: RetentionPort,
    private readonly clock: ClockPort,
    private readonly hints: HintPort,
  ) {}

  async run(): Promise<HousekeepingReport> {
    const nowMs = this.clock.monotonicMs();
    this.lastRunMs = nowMs;
    const { unknown, released } = await this.port.reapLeases();
    if (released > 0) {
      for (const queue of ['timers', ...DELIVERY_QUEUES] as const) this.hints.hint(queue);
    }
    const slow = nowMs - this.lastSlowRunMs >= HOUR_MS;
    const consentHours = this.lastSlowRunMs === -Infinity ? CONSENT_HOURS.first : CONSENT_HOURS.later;
    if (slow) this.lastSlowRunMs = nowMs;
    return {
      unknown,
      released,
      folded: (await this.port.foldEnded()) + (slow ? await this.port.foldWaiting() : 0),
      partitionsMade: slow ? await this.port.makePartitions() : 0,
      keysForgotten: slow ? (await this.port.forgetDedupeKeys()) + (await this.port.forgetIdempotencyKeys()) : 0,
      consentsKept: slow ? await this.port.keepConsents(consentHours) : 0,
      monthsDropped: slow ? await this.retention.dropMonths() : 0,
      contentsForgotten: slow ? await this.retention.forgetContents() : 0,
      bouncesForgotten: slow ? await this.port.forgetSoftBounces() : 0,
    };
  }

  /** For sweepers: the queue should have asked long ago. */
  async runIfOverdue(): Promise<void> {
    if (this.clock.monotonicMs() - this.lastRunMs > OVERDUE_MS) await this.run();
  }
}
