import { type Instant, type IsoDate, type JournalEntry, type JourneyPlan, toIso } from '#app/domain';
import type { StoredRun } from '../journeys/runtime/run-store.port.js';
import type { BacktestReport, BacktestStep, MessageLine } from './backtest-report.js';
import { ContactTally } from './contact-tally.js';
import type { RehearsalWitness, RehearsedMessage } from './journey-rehearsal.js';
import { add, type MutableCounts } from './mutable-counts.js';
import type { ShopDays } from './shop-days.js';

/** Message that would have been sent, as comparisons need it. */
export interface TalliedMessage {
  readonly customer: string;
  readonly order: string | null;
  readonly step: string;
  readonly dueAt: Instant;
  /** When it went out. */
  readonly at: Instant;
  readonly day: IsoDate;
}

type StepTally = {
  -readonly [K in keyof BacktestStep]: BacktestStep[K] extends Readonly<Record<string, number>>
    ? MutableCounts
    : BacktestStep[K];
};
type Tallied = Pick<
  BacktestReport,
  'people' | 'carried' | 'entered' | 'goals' | 'messages' | 'suppressed' | 'contact' | 'heldOut' | 'acts' | 'funnel'
> & { readonly sms: Omit<BacktestReport['sms'], 'cost'> };

const MAX_SAMPLE = 5;

/** Counts what rehearsals come to, cast after cast. Nothing is kept of a cast that is over but what it adds up to. */
export class BacktestTally implements RehearsalWitness {
  readonly sample: RehearsedMessage[] = [];
  private messages: TalliedMessage[] = [];
  private readonly people = new Set<string>();
  private readonly steps = new Map<string, StepTally>();
  private readonly sampled = new Set<string>();
  private readonly byDay: MutableCounts = {};
  private readonly byMedium: MutableCounts = {};
  private readonly suppressed: MutableCounts = {};
  private readonly acts: MutableCounts = {};
  /** By run under way: the visit that was counted last. */
  private readonly visits = new Map<string, number>();
  private readonly counts = { people: 0, carried: 0, entered: 0, goals: 0, heldOut: 0 };
  private readonly contact = new ContactTally();
  private wouldSend = 0;
  private segments = 0;
  /** SMS whose parts aren't counted yet. */
  private texts: RehearsedMessage[] = [];

  constructor(
    plan: JourneyPlan,
    private readonly days: ShopDays,
  ) {
    for (const id of plan.steps.keys()) this.stepOf(id);
  }

  /** @param underWay runs that wait when the range begins: each stands at a step as though it had just come there */
  startCast(underWay: Iterable<StoredRun>): void {
    for (const { id, state } of underWay) {
      this.counts.carried += 1;
      if (state.step !== null) this.stepOf(state.step).entered += 1;
      this.visits.set(id, state.visit);
    }
  }

  endCast(waiting: Iterable<StoredRun>): void {
    for (const { state } of waiting) {
      const until = (state.stepState as { until?: Instant | null } | null)?.until ?? null;
      if (state.step !== null) add(this.stepOf(state.step).waiting, until === null ? 'event' : 'time');
    }
    this.counts.people += this.people.size;
    this.people.clear();
    this.visits.clear();
    this.contact.endCast();
  }

  onDecision(run: StoredRun, isNew: boolean, journal: readonly JournalEntry[]): void {
    if (isNew) {
      this.counts.entered += 1;
      this.people.add(run.customerId);
    }
    for (const line of journal) this.count(run.id, line);
    if (run.state.status !== 'waiting') this.visits.delete(run.id);
  }

  onMessage(message: RehearsedMessage): void {
    const { send, medium, reason, at } = message;
    const { step, isHeldOut, dueAt } = send.effect;
    if (isHeldOut === true) {
      this.counts.heldOut += 1;
      return;
    }
    const tally = this.stepOf(step);
    this.contact.count(message, reason === null ? 'sent' : 'skipped', reason);
    if (reason !== null) {
      add(tally.skipped, reason);
      add(this.suppressed, reason);
      return;
    }
    tally.sent += 1;
    const day = this.days.of(at);
    add(this.byDay, day);
    add(this.byMedium, medium);
    if (medium === 'sms') this.texts.push(message);
    const { customerId: customer, order } = send.snapshot;
    this.wouldSend += 1;
    this.messages.push({ customer, order: order?.id ?? null, step, dueAt, at, day });
    this.keepSample(message);
  }

  onWaiting(message: RehearsedMessage, reason: string): void {
    add(this.stepOf(message.send.effect.step).waiting, reason);
    this.contact.count(message, 'waiting', reason);
  }

  /** Messages since the last call. */
  takeMessages(): readonly TalliedMessage[] {
    const { messages } = this;
    this.messages = [];
    return messages;
  }

  /** SMS since the last call. */
  takeTexts(): readonly RehearsedMessage[] {
    const { texts } = this;
    this.texts = [];
    return texts;
  }

  addSegments(parts: number): void {
    this.segments += parts;
  }

  result(): Tallied {
    return {
      ...this.counts,
      messages: {
        wouldSend: this.wouldSend,
        byDay: Object.fromEntries(Object.entries(this.byDay).toSorted(([a], [b]) => (a < b ? -1 : 1))),
        byMedium: this.byMedium,
      },
      suppressed: this.suppressed,
      contact: this.contact.result(),
      acts: this.acts,
      funnel: [...this.steps.values()],
      sms: { messages: this.byMedium['sms'] ?? 0, segments: this.segments },
    };
  }

  private count(runId: string, { kind, step, data }: JournalEntry): void {
    if (kind === 'goal') this.counts.goals += 1;
    if (step === null) return;
    const tally = this.stepOf(step);
    const { visit } = data;
    if (typeof visit === 'number' && visit > (this.visits.get(runId) ?? 0)) {
      this.visits.set(runId, visit);
      tally.entered += 1;
    }
    if (kind === 'passed') this.countPassed(tally, data);
    else if (kind === 'held-out') tally.heldOut += 1;
    else if (kind === 'finished') countEnd(tally, data);
  }

  private countPassed(tally: StepTally, data: JournalEntry['data']): void {
    if (typeof data['skipped'] === 'string') add(tally.skipped, data['skipped']);
    else tally.passed += 1;
    for (const act of Array.isArray(data['acts']) ? data['acts'] : [])
      if (typeof act === 'object' && act !== null && 'type' in act) add(this.acts, String(act.type));
  }

  private keepSample(message: RehearsedMessage): void {
    const { effect, snapshot } = message.send;
    const variety = `${effect.step}|${message.medium}|${snapshot.customer.locale}`;
    if (this.sample.length >= MAX_SAMPLE || this.sampled.has(variety)) return;
    this.sampled.add(variety);
    this.sample.push(message);
  }

  private stepOf(id: string): StepTally {
    const known = this.steps.get(id);
    if (known) return known;
    const counts = { entered: 0, sent: 0, passed: 0, heldOut: 0 };
    const tally: StepTally = { step: id, ...counts, skipped: {}, failed: {}, waiting: {}, exited: {} };
    this.steps.set(id, tally);
    return tally;
  }
}

export function toLine({ customer, order, step, dueAt, at }: Omit<TalliedMessage, 'day'>): MessageLine {
  return { customer, order, step, dueAt: toIso(dueAt), at: toIso(at) };
}

/** A run that came to its end had passed its last step before. */
function countEnd(tally: StepTally, { status, reason }: JournalEntry['data']): void {
  if (typeof reason !== 'string') return;
  if (status === 'exited') add(tally.exited, reason);
  if (status === 'failed') add(tally.failed, reason);
}
