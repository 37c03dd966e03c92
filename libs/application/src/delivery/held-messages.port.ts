import type { Transaction } from '../ports/unit-of-work.port.js';

/** By when messages were planned; the time is as the database writes it, to the microsecond. */
export interface HeldPlace {
  readonly plannedAt: string;
  readonly id: string;
}

/** Messages that were put off for something that no clock ends: trouble, an open case, an order under way. */
export abstract class HeldMessages {
  /**
   * Keeps these people from being judged until the transaction ends. Whoever changes what holds their messages calls this first: a
   * judgement under way would else put a message off by what has just ended.
   */
  abstract lock(tx: Transaction, customerIds: readonly string[]): Promise<void>;

  /** Has the held messages of these people, who are locked, judged anew at once. One statement, whatever their number. */
  abstract release(tx: Transaction, customerIds: readonly string[]): Promise<void>;

  /** Returns once nobody judges by a budget of before: for a transaction of its own, which holds up fences, when another is in force. */
  abstract awaitBudget(tx: Transaction): Promise<void>;

  /**
   * Has so many of those that wait for the next month of the shop judged anew at once. Returns where to go on; null: that was all.
   * Each comes up once, though it may be put off again before the others are through.
   */
  abstract releaseBudget(tx: Transaction, after: HeldPlace | null, limit: number): Promise<HeldPlace | null>;
}
