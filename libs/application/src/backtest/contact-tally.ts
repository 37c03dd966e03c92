import { CONTACT_REASONS } from '#app/domain';
import type { BacktestContact } from './backtest-report.js';
import type { RehearsedMessage } from './journey-rehearsal.js';
import { add, type MutableCounts } from './mutable-counts.js';

const HOUR_MS = 3_600_000;
const RULES: ReadonlySet<string> = new Set(CONTACT_REASONS);

/** Counts what contact rules do to messages, cast after cast. */
export class ContactTally {
  private readonly byRule: MutableCounts = {};
  private readonly skipped: MutableCounts = {};
  private readonly waiting: MutableCounts = {};
  private readonly byJourney: MutableCounts = {};
  private putOff = 0;
  private sentLater = 0;
  private hours = 0;
  private longestHours = 0;
  private held = 0;
  private heldPeople = 0;
  /** Of the cast at hand: by person, the journeys whose messages stood in the way. */
  private readonly heldBy = new Map<string, Set<string>>();

  /** @param reason why it stays, or waits; null for one that was sent */
  count(message: RehearsedMessage, fate: 'sent' | 'skipped' | 'waiting', reason: string | null): void {
    const { putOffBy, heldBy, send, at } = message;
    if (putOffBy.length > 0) this.putOff += 1;
    for (const rule of new Set(putOffBy)) add(this.byRule, rule);
    if (reason !== null && fate !== 'sent' && RULES.has(reason)) add(this[fate], reason);
    if (fate === 'sent' && putOffBy.length > 0) this.countDelay((at - send.effect.dueAt) / HOUR_MS);
    if (heldBy.length > 0) this.countHeld(send.snapshot.customerId, heldBy);
  }

  /** Nothing more comes of these people. */
  endCast(): void {
    this.heldPeople += this.heldBy.size;
    for (const journeys of this.heldBy.values()) for (const journey of journeys) add(this.byJourney, journey);
    this.heldBy.clear();
  }

  result(): BacktestContact {
    const { byRule, sentLater, skipped, waiting, byJourney, longestHours } = this;
    const meanHours = sentLater === 0 ? 0 : this.hours / sentLater;
    return {
      putOff: {
        messages: this.putOff,
        byRule,
        sentLater,
        meanHours: inTenths(meanHours),
        longestHours: inTenths(longestHours),
      },
      skipped,
      waiting,
      heldByOthers: { messages: this.held, people: this.heldPeople, byJourney },
    };
  }

  private countDelay(hours: number): void {
    this.sentLater += 1;
    this.hours += hours;
    this.longestHours = Math.max(this.longestHours, hours);
  }

  private countHeld(customer: string, journeys: readonly string[]): void {
    this.held += 1;
    const known = this.heldBy.get(customer);
    this.heldBy.set(customer, new Set([...(known ?? []), ...journeys]));
  }
}

function inTenths(hours: number): number {
  return Math.round(hours * 10) / 10;
}
