import { type IsoDate, toIso } from '#app/domain';
import type { Stretch } from './backtest-history.port.js';
import type { BacktestCollisions, BacktestDifference } from './backtest-report.js';
import { type TalliedMessage, toLine } from './backtest-tally.js';
import type { DealingsByPerson } from './dealings-of-then.js';
import type { ShopDays } from './shop-days.js';

type Message = Omit<TalliedMessage, 'day'>;

const MAX_EXAMPLES = 10;
/** What the queue may take. */
const SAME_TIME_MS = 10 * 60_000;

/** Compares by person, order and step; where a step sends several messages to one of them, in the order of their due times. */
export class MessageComparison {
  private onlyMine = 0;
  private both = 0;
  private onlyOther = 0;
  private retimed = 0;
  private readonly mineExamples: Message[] = [];
  private readonly otherExamples: Message[] = [];
  private readonly retimedExamples: { readonly mine: Message; readonly other: Message }[] = [];

  /** All messages of some people. Others come in the order of their due times. */
  add(mine: readonly Message[], others: readonly Message[]): void {
    const open = new Map<string, Message[]>();
    for (const message of mine) {
      const key = keyOf(message);
      const same = open.get(key);
      if (same) same.push(message);
      else open.set(key, [message]);
    }
    for (const other of others) this.match(open.get(keyOf(other))?.shift(), other);
    for (const message of [...open.values()].flat()) {
      this.onlyMine += 1;
      keep(this.mineExamples, message);
    }
  }

  result(against: string): BacktestDifference {
    return {
      against,
      onlyBacktest: this.onlyMine,
      onlyOther: this.onlyOther,
      both: this.both,
      retimed: this.retimed,
      examples: {
        onlyBacktest: this.mineExamples.map(toLine),
        onlyOther: this.otherExamples.map(toLine),
        retimed: this.retimedExamples.map(({ mine, other }) => ({
          ...toLine(mine),
          otherDueAt: toIso(other.dueAt),
          otherAt: toIso(other.at),
        })),
      },
    };
  }

  private match(mine: Message | undefined, other: Message): void {
    if (!mine) {
      this.onlyOther += 1;
      keep(this.otherExamples, other);
      return;
    }
    this.both += 1;
    if (mine.dueAt === other.dueAt && Math.abs(mine.at - other.at) <= SAME_TIME_MS) return;
    this.retimed += 1;
    keep(this.retimedExamples, { mine, other });
  }
}

interface Collision {
  readonly customer: string;
  readonly day: IsoDate;
  readonly journey: string;
}

/** Finds people whom another journey wrote to on the same day. */
export class CollisionSearch {
  private people = 0;
  private readonly byJourney: Record<string, number> = {};
  private readonly examples: Collision[] = [];
  private messages = 0;

  constructor(
    private readonly range: Stretch,
    private readonly days: ShopDays,
  ) {}

  /** All messages of some people. */
  add(mine: readonly TalliedMessage[], known: DealingsByPerson): void {
    if (mine.length === 0) return;
    const others = [...new Set(mine.map(({ customer }) => customer))].flatMap((customer) =>
      (known.get(customer)?.messages ?? [])
        .filter(({ at }) => at >= this.range.from && at < this.range.to)
        .map(({ at, journey }) => ({ customer, journey, day: this.days.of(at) })),
    );
    if (others.length === 0) return;
    const byPersonAndDay = new Map<string, number>();
    for (const { customer, day } of mine) {
      const key = `${customer}|${day}`;
      byPersonAndDay.set(key, (byPersonAndDay.get(key) ?? 0) + 1);
    }
    const people = new Set<string>();
    const hit = new Set<string>();
    for (const other of others) {
      const key = `${other.customer}|${other.day}`;
      const messages = byPersonAndDay.get(key);
      if (messages === undefined) continue;
      this.byJourney[other.journey] = (this.byJourney[other.journey] ?? 0) + 1;
      keep(this.examples, other);
      people.add(other.customer);
      if (!hit.has(key)) this.messages += messages;
      hit.add(key);
    }
    this.people += people.size;
  }

  result(): BacktestCollisions {
    const { messages, people, byJourney, examples } = this;
    return { messages, people, byJourney, examples };
  }
}

function keyOf({ customer, order, step }: Message): string {
  return `${customer}|${order ?? ''}|${step}`;
}

function keep<T>(examples: T[], item: T): void {
  if (examples.length < MAX_EXAMPLES) examples.push(item);
}
