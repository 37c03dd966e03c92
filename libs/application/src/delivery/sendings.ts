import type { Route } from '../accounts/route.js';
import type { FencedMessage } from './fence-messages.js';
import { type SendCounts, Sending } from './sending.js';

/** Hand-overs under way in one run, by route: one that is slow doesn't hold up the others. */
export class Sendings {
  private readonly byRoute = new Map<string, Sending>();

  constructor(private readonly open: (route: Route) => Sending) {}

  /** Resolves once a further chunk may be fenced for the route. */
  room(route: Route): Promise<void> {
    return this.of(route).room();
  }

  start(route: Route, shopId: string, messages: readonly FencedMessage[], fencedAtMs: number): void {
    this.of(route).start(shopId, messages, fencedAtMs);
  }

  stop(): void {
    for (const sending of this.all()) sending.stop();
  }

  get isBusy(): boolean {
    return this.all().some(({ isBusy }) => isBusy);
  }

  /** Resolves when all is sent and stored. */
  async idle(): Promise<void> {
    await Promise.all(this.all().map((sending) => sending.idle()));
  }

  /** The same. @throws what storing threw: those outcomes are left to the reaper */
  async drained(): Promise<void> {
    await this.idle();
    await Promise.all(this.all().map((sending) => sending.drained()));
  }

  get counts(): SendCounts {
    const sum = { sent: 0, failed: 0, unknown: 0, queued: 0 };
    for (const { counts } of this.all())
      for (const [state, n] of Object.entries(counts)) sum[state as keyof SendCounts] += n;
    return sum;
  }

  private all(): Sending[] {
    return [...this.byRoute.values()];
  }

  private of(route: Route): Sending {
    const known = this.byRoute.get(route.key);
    if (known) return known;
    const sending = this.open(route);
    this.byRoute.set(route.key, sending);
    return sending;
  }
}
