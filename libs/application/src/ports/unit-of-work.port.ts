/** A database transaction. Use cases only hand it on to repositories; what it holds is persistence's own. */
export abstract class Transaction {
  /** The shop whose rows this transaction sees; null in a transaction across shops, which sees no shop's rows. */
  abstract readonly shopId: string | null;
}

/**
 * `durable`: on disk before the promise resolves. `soon`: within a second, and before any later durable commit. For work that is
 * found and done again when the database server's machine dies in that second, and of which nothing has left the system.
 */
export type Commit = 'durable' | 'soon';

/**
 * Runs work in one transaction, committed when the promise resolves and rolled back when it rejects. Serialisation failures and
 * deadlocks are tried again up to three times, so `work` must have no effect outside the transaction.
 */
export abstract class UnitOfWork {
  /** Row-level security shows this shop's rows and no others. */
  abstract inShop<T>(shopId: string, work: (tx: Transaction) => Promise<T>, commit?: Commit): Promise<T>;

  /** As inShop, and what `work` opens by inShop in the same shop, however deep, becomes part of it: all of it is committed or none. */
  abstract together<T>(shopId: string, work: (tx: Transaction) => Promise<T>): Promise<T>;

  /**
   * For one call of the narrow functions that look across shops (claims, look-ups by token): no table's rows are visible. Each
   * statement commits by itself, which spares a claim two round trips.
   */
  abstract acrossShops<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
}
