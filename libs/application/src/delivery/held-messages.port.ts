import type { Transaction } from '../ports/unit-of-work.port.js';

/** Messages that were put off for something that no clock ends: trouble, an open case, an order under way. */
export abstract class HeldMessages {
  /**
   * Keeps these people from being judged until the transaction ends. Whoever changes what holds their messages calls this first: a
   * judgement under way would else put a message off by what has just ended.
   */
  abstract lock(tx: Transaction, customerIds: readonly string[]): Promise<void>;

  /** Has the held messages of these people, who are locked, judged anew at once. One statement, whatever their number. */
  abstract release(tx: Transaction, customerIds: readonly string[]): Promise<void>;

  /** The same for what waits for the next month of the shop, whose budget has changed; to be called once that is in force. */
  abstract releaseBudget(tx: Transaction): Promise<void>;
}
