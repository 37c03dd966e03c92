import type { SecretPort } from '../ports/secret.port.js';
import type { HistoryPage, RecordedMessage, Stretch } from './backtest-history.port.js';
import type { TalliedMessage } from './backtest-tally.js';
import { CollisionSearch, MessageComparison } from './compare-messages.js';
import type { Dealings } from './dealings-of-then.js';
import { type Rehearsed, RehearseHistory } from './rehearse-history.js';
import type { ShopDays } from './shop-days.js';

/** A backtest in progress: rehearses cast after cast, and sets what each comes to beside what was really sent. */
export class BacktestPlay {
  readonly comparison = new MessageComparison();
  readonly collisions: CollisionSearch;
  events = 0;
  earlierEvents = 0;
  casts = 0;
  private cast: string | null = null;
  private rehearsal: RehearseHistory;
  private people = new Set<string>();
  private played: string[] = [];
  /** Of casts that have ended, by journey. */
  private messages: TalliedMessage[][] = [];
  /** Of people whose casts haven't ended. */
  private readonly known = new Map<string, Dealings>();

  constructor(
    private readonly rehearsed: Rehearsed,
    days: ShopDays,
    private readonly secrets: SecretPort,
  ) {
    this.collisions = new CollisionSearch(rehearsed.range, days);
    this.rehearsal = new RehearseHistory(rehearsed, this.known, secrets);
  }

  get range(): Stretch {
    return this.rehearsed.range;
  }

  take({ events, dealings }: HistoryPage): void {
    for (const [person, known] of dealings) this.known.set(person, known);
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
  compare(own: readonly RecordedMessage[]): void {
    const [messages = [], other] = this.messages;
    this.messages = [];
    const byDue = (a: TalliedMessage, b: TalliedMessage): number => a.dueAt - b.dueAt;
    this.comparison.add(messages, other ? other.toSorted(byDue) : own);
  }

  private startCast(cast: string): void {
    if (this.cast !== null) this.endCast();
    this.cast = cast;
    this.rehearsal = new RehearseHistory(this.rehearsed, this.known, this.secrets);
  }

  private endCast(): void {
    this.rehearsal.end();
    for (const [index, { tally }] of this.rehearsed.plays.entries()) {
      const messages = tally.takeMessages();
      (this.messages[index] ??= []).push(...messages);
      if (index === 0) this.collisions.add(messages, this.known);
    }
    this.casts += 1;
    this.events += this.rehearsal.events;
    this.earlierEvents += this.rehearsal.earlierEvents;
    this.played.push(...this.people);
    for (const person of this.people) this.known.delete(person);
    this.people.clear();
  }
}
