import { type ActEffect, type ContactRules, type Instant, isOwnEvent } from '#app/domain';
import type { FactsSubject } from '../facts/facts.repository.js';
import type { JourneyInForce } from '../journeys/runtime/journey-plans.js';
import type { StoredRun } from '../journeys/runtime/run-store.port.js';
import type { BacktestTally } from './backtest-tally.js';
import { JourneyRehearsal } from './journey-rehearsal.js';
import type { News } from './people-of-then.js';
import { type GateFactsOfThen, RehearsalGate } from './rehearsal-gate.js';
import { DatedOpenings, type Openings, ScheduledOpenings } from './rehearsal-openings.js';

export interface RehearsedPlay {
  readonly journey: JourneyInForce;
  readonly tally: BacktestTally;
  /** When it lets people in by a schedule. */
  readonly turns: readonly Instant[];
}

/** What is known at the moment that a rehearsal has reached. */
export interface StageFacts extends GateFactsOfThen {
  /** Everybody, or every order whose person is known. */
  subjects(of: 'customer' | 'order'): Iterable<FactsSubject>;
}

/** One version of a journey in virtual time, from the entries to the gate, and what is counted of it. */
export class JourneyStage {
  private readonly rehearsal: JourneyRehearsal;
  private readonly gate: RehearsalGate;
  private readonly tally: BacktestTally;
  /** Null where senders' events or callers let people in. */
  private readonly openings: Openings | null;

  constructor({ journey, tally, turns }: RehearsedPlay, facts: StageFacts, rules: ContactRules, shopZone: string) {
    const { plan } = journey;
    this.tally = tally;
    this.gate = new RehearsalGate(facts, rules, shopZone, plan.priority);
    this.rehearsal = new JourneyRehearsal(journey, facts, {
      onDecision: (run, isNew, journal) => this.gate.onDecision(run, isNew, journal),
      onMessage: (message) => this.gate.onMessage(message),
      onAct: (run, effect, now) => this.onAct(run, effect, now),
    });
    const everybody = {
      subjects: (of: 'customer' | 'order') => facts.subjects(of),
      snapshot: (customerId: string, orderId: string | null) => this.rehearsal.snapshot(customerId, orderId),
    };
    const { calendar } = plan;
    if (calendar?.type === 'date') this.openings = new DatedOpenings(plan, calendar, everybody);
    else this.openings = calendar && new ScheduledOpenings(plan, turns, everybody);
  }

  /** People enter from now on. */
  begin(after: Instant): void {
    this.openings?.begin(after);
  }

  /** What falls due up to and including this time: timers before entries, and messages at last. */
  advance(until: Instant): void {
    const { openings, rehearsal } = this;
    while (openings && openings.nextAt <= until) {
      const at = openings.nextAt;
      if (rehearsal.nextAt <= at) rehearsal.ringUntil(rehearsal.nextAt);
      else for (const event of openings.take()) rehearsal.hear(event, at);
    }
    rehearsal.ringUntil(until);
    this.gate.judgeUntil(until);
  }

  /** What one event brought, known from `now` on. What fell due before must have been dealt with. */
  hear({ merges, heard }: News, now: Instant): void {
    for (const merge of merges) {
      this.rehearsal.merge(merge);
      this.gate.merge(merge);
      this.openings?.merge(merge);
    }
    for (const folded of heard) {
      const { customerId, orderId, event } = folded;
      // who was let in by a date or a schedule then is let in by the rehearsal's own
      if (this.openings && isOwnEvent(event.type)) continue;
      this.rehearsal.hear(folded, now);
      this.openings?.follow({ customerId, orderId, snapshot: this.rehearsal.seen(customerId, folded.snapshot) }, now);
    }
    // what is overdue because its cause was told late is done at once
    this.advance(now);
  }

  get isHolding(): boolean {
    return this.gate.isHolding;
  }

  release(customerId: string, now: Instant): void {
    this.gate.release(customerId, now);
  }

  /** What happens from now on counts. */
  startCounting(): void {
    this.tally.startCast(this.rehearsal.waiting());
    this.gate.witness = this.tally;
  }

  end(): void {
    this.gate.end();
    this.tally.endCast(this.rehearsal.waiting());
  }

  private onAct(run: StoredRun, effect: ActEffect, now: Instant): void {
    this.gate.onAct(run, effect, now);
    const { act } = effect;
    if (!this.openings || (act.type !== 'set' && act.type !== 'tag')) return;
    const { customerId } = run;
    const snapshot = this.rehearsal.snapshot(customerId, null);
    this.openings.follow({ customerId, orderId: null, snapshot }, now);
  }
}
