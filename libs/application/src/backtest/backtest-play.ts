import type { SecretPort } from '../ports/secret.port.js';
import type { HistoryPage, RecordedContact, RecordedMessage, Stretch } from './backtest-history.port.js';
import type { TalliedMessage } from './backtest-tally.js';
import { CollisionSearch, MessageComparison } from './compare-messages.js';
import { type Rehearsed, RehearseHistory } from './rehearse-history.js';

/** A backtest in progress: rehearses cast after cast, and sets what each comes to beside what was really sent. */
export class BacktestPlay {
  readonly comparison = new MessageComparison();
  readonly collisions = new CollisionSearch();
  events = 0;
  earlierEvents = 0;
  casts = 0;
  private cast: string | null = null;
  private rehearsal: RehearseHistory;
  private people = new Set<string>();
  private played: string[] = [];
  /** Of casts that have ended, by journey. */
  private messages: TalliedMessage[][] = [];

  constructor(
    private readonly rehearsed: Rehearsed,
    private readonly secrets: SecretPort,
  ) {
    this.rehearsal = new RehearseHistory(rehearsed, secrets);
  }

  get range(): Stretch {
    return this.rehearsed.range;
  }

  take({ events }: HistoryPage): void {
    for (const { cast, source } of events) {
      if (cast !== this.cast) this.startCast(cast);
      if (source.customerId !== null) this.people.add(source.customerId);
      this.rehearsal.take(source);
    }
  }

  /** Ends the last cast. */
  end(): void {
    if (this.cast !== null) this.endCast();
    this.cast = null;
  }

  /** People of the casts that have ended since the last call. */
  takePlayed(): string[] {
    const { played } = this;
    this.played = [];
    return played;
  }

  /** What was sent to the people who were played since the last call. */
  compare(own: readonly RecordedMessage[], byOthers: readonly RecordedContact[]): void {
    const [messages = [], other] = this.messages;
    this.messages = [];
    const byDue = (a: TalliedMessage, b: TalliedMessage): number => a.dueAt - b.dueAt;
    this.collisions.add(messages, byOthers);
    this.comparison.add(messages, other ? other.toSorted(byDue) : own);
  }

  private startCast(cast: string): void {
    if (this.cast !== null) this.endCast();
    this.cast = cast;
    this.rehearsal = new RehearseHistory(this.rehearsed, this.secrets);
  }

  private endCast(): void {
    this.rehearsal.end();
    for (const [index, tally] of this.rehearsed.tallies.entries())
      (this.messages[index] ??= []).push(...tally.takeMessages());
    this.casts += 1;
    this.events += this.rehearsal.events;
    this.earlierEvents += this.rehearsal.earlierEvents;
    this.played.push(...this.people);
    this.people.clear();
  }
}
