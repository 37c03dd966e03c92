import { type IsoDate, toIso } from '#app/domain';
import type { BacktestCollisions, BacktestDifference } from './backtest-report.js';
import { type TalliedMessage, toLine } from './backtest-tally.js';

type Message = Omit<TalliedMessage, 'day'>;

const MAX_EXAMPLES = 10;

/** Compares by person, order and step; where a step sends several messages to one of them, in the order of their due times. */
export class MessageComparison {
  private readonly open = new Map<string, Message[]>();
  private readonly total: number;
  private both = 0;
  private onlyOther = 0;
  private retimed = 0;
  private readonly otherExamples: Message[] = [];
  private readonly retimedExamples: { readonly mine: Message; readonly other: Message }[] = [];

  constructor(messages: readonly Message[]) {
    this.total = messages.length;
    for (const message of messages) {
      const key = keyOf(message);
      const same = this.open.get(key);
      if (same) same.push(message);
      else this.open.set(key, [message]);
    }
  }

  /** Others come in the order of their due times. */
  add(other: Message): void {
    const key = keyOf(other);
    const mine = this.open.get(key);
    const match = mine?.shift();
    if (mine?.length === 0) this.open.delete(key);
    if (!match) {
      this.onlyOther += 1;
      keep(this.otherExamples, other);
      return;
    }
    this.both += 1;
    if (match.dueAt === other.dueAt) return;
    this.retimed += 1;
    keep(this.retimedExamples, { mine: match, other });
  }

  result(against: string): BacktestDifference {
    const mine: Message[] = [];
    for (const messages of this.open.values()) for (const message of messages) keep(mine, message);
    return {
      against,
      onlyBacktest: this.total - this.both,
      onlyOther: this.onlyOther,
      both: this.both,
      retimed: this.retimed,
      examples: {
        onlyBacktest: mine.map(toLine),
        onlyOther: this.otherExamples.map(toLine),
        retimed: this.retimedExamples.map((pair) => ({ ...toLine(pair.mine), otherDueAt: toIso(pair.other.dueAt) })),
      },
    };
  }
}

/** A message of another journey. */
export interface OtherMessage {
  readonly customer: string;
  readonly day: IsoDate;
  readonly journey: string;
}

/** Finds people whom another journey wrote to on the same day. */
export class CollisionSearch {
  private readonly byPersonAndDay = new Map<string, number>();
  private readonly hit = new Set<string>();
  private readonly people = new Set<string>();
  private readonly byJourney: Record<string, number> = {};
  private readonly examples: OtherMessage[] = [];
  private messages = 0;

  constructor(messages: readonly TalliedMessage[]) {
    for (const { customer, day } of messages) {
      const key = `${customer}|${day}`;
      this.byPersonAndDay.set(key, (this.byPersonAndDay.get(key) ?? 0) + 1);
    }
  }

  add(other: OtherMessage): void {
    const key = `${other.customer}|${other.day}`;
    const mine = this.byPersonAndDay.get(key);
    if (mine === undefined) return;
    this.byJourney[other.journey] = (this.byJourney[other.journey] ?? 0) + 1;
    keep(this.examples, other);
    if (this.hit.has(key)) return;
    this.hit.add(key);
    this.messages += mine;
    this.people.add(other.customer);
  }

  result(): BacktestCollisions {
    return {
      messages: this.messages,
      people: this.people.size,
      byJourney: this.byJourney,
      examples: this.examples.map(({ customer, day, journey }) => ({ customer, day, journey })),
    };
  }
}

function keyOf({ customer, order, step }: Message): string {
  return `${customer}|${order ?? ''}|${step}`;
}

function keep<T>(examples: T[], item: T): void {
  if (examples.length < MAX_EXAMPLES) examples.push(item);
}
