/** One round of work: how many rows it took, and whether it left some that are due. */
export type Round = () => Promise<{ readonly claimed: number; readonly hasMore: boolean }>;

/**
 * Runs rounds until one leaves nothing. Callers at the same time share one run: a call that comes while it goes on makes it look
 * once more, so a row committed before the call is never left lying.
 */
export class Drain {
  private running: Promise<number> | null = null;
  private isWanted = false;
  private isStopped = false;

  constructor(private readonly round: Round) {}

  /** Number of rows taken by the run that ends last. */
  run(): Promise<number> {
    if (this.isStopped) return Promise.resolve(0);
    if (this.running) {
      this.isWanted = true;
      return this.running;
    }
    this.running = this.drain().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** No new round starts; resolves when the one under way has ended. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.running?.catch(() => undefined);
  }

  private async drain(): Promise<number> {
    let total = 0;
    for (;;) {
      this.isWanted = false;
      const { claimed, hasMore } = await this.round();
      total += claimed;
      if (this.isStopped || (!hasMore && !this.isWanted)) return total;
    }
  }
}
