/** What a fake provider received, in order, and a way to wait for it without sleeping. */
export class Ledger<T> {
  readonly entries: T[] = [];
  private readonly waiters = new Set<() => void>();

  add(entry: T): void {
    this.entries.push(entry);
    for (const notify of this.waiters) notify();
  }

  clear(): void {
    this.entries.length = 0;
  }

  /** Resolves with all entries once there are `count` of them; rejects after `timeoutMs`. */
  waitFor(count: number, timeoutMs = 5_000): Promise<readonly T[]> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        if (this.entries.length < count) return;
        this.waiters.delete(settle);
        clearTimeout(limit);
        resolve(this.entries);
      };
      const limit = setTimeout(() => {
        this.waiters.delete(settle);
        reject(new Error(`${this.entries.length} of ${count} arrived within ${timeoutMs} ms`));
      }, timeoutMs);
      this.waiters.add(settle);
      settle();
    });
  }
}
