import { Injectable } from '@nestjs/common';
import type { Instant } from '#app/domain';
import { ClockPort } from '../ports/clock.port.js';
import type { HandOverResult } from './channel.js';
import type { ClaimRoom } from './delivery-store.port.js';
import { afterTry, HEALTHY, probed, type ProviderHealth, type ProviderTry, roomOf, tryOf } from './provider-health.js';
import { ProviderHealthStore } from './provider-health.port.js';

/** What is known may be so old: a worker that has nothing to tell asks rarely. */
const KNOWN_FOR_MS = 5_000;
/** What this worker has seen is told the others after this time, and at once when it changes the state. */
const TELL_AFTER_MS = 1_000;
const MAX_TRIES = 5;

interface View {
  health: ProviderHealth;
  version: number;
  /** Not told the others yet, with its time. */
  news: { readonly one: ProviderTry; readonly at: Instant }[];
  /** There is news that can't wait: it opened, or a probe came back. */
  isUrgent: boolean;
  /** Time by the clock of leases, and by the monotonic one, of the last reading. */
  readAt: Instant;
  readAtMs: number;
}

/**
 * Keeps this worker from handing over what a provider can't take: all workers share what they have seen of it. What it may not
 * take stays in the queue as it is, without a try being counted.
 */
@Injectable()
export class ProviderGuard {
  private readonly views = new Map<string, View>();

  constructor(
    private readonly store: ProviderHealthStore,
    private readonly clock: ClockPort,
  ) {}

  /** How much may be claimed for a channel now; nothing while its provider is sick, but for a probe every few seconds. */
  async admit(channel: string, limit: number): Promise<ClaimRoom> {
    if (this.isStale(this.views.get(channel))) await this.exchange(channel);
    const view = this.views.get(channel);
    if (!view) return { messages: limit, retries: limit };
    const room = roomOf(view.health, limit, this.now(view));
    if (view.health.state === 'closed' || room.messages === 0) return room;
    return (await this.takeProbe(channel, view)) ? room : { messages: 0, retries: 0 };
  }

  /** Whether it would be given anything now; takes no probe. */
  async mayTry(channel: string): Promise<boolean> {
    if (this.isStale(this.views.get(channel))) await this.exchange(channel);
    const view = this.views.get(channel);
    return !view || roomOf(view.health, 1, this.now(view)).messages > 0;
  }

  /** What came of a hand-over. */
  note(channel: string, result: HandOverResult, isRetry: boolean): void {
    const view = this.views.get(channel);
    if (!view) return;
    const [one, at] = [tryOf(result, isRetry), this.now(view)];
    const wasShut = view.health.state !== 'closed';
    view.health = afterTry(view.health, one, at);
    view.news.push({ one, at });
    if (wasShut || view.health.state !== 'closed') view.isUrgent = true;
  }

  /** Tells the other workers at once when what this one has seen opens or closes the way. */
  async tell(channel: string): Promise<void> {
    if (this.views.get(channel)?.isUrgent) await this.exchange(channel);
  }

  /** What is fenced but not begun goes back. */
  isShut(channel: string): boolean {
    return this.views.get(channel)?.health.state === 'open';
  }

  private now({ readAt, readAtMs }: View): Instant {
    return readAt + Math.round(this.clock.monotonicMs() - readAtMs);
  }

  private isStale(view: View | undefined): boolean {
    if (!view || view.isUrgent) return true;
    const ageMs = this.clock.monotonicMs() - view.readAtMs;
    return ageMs > (view.news.length > 0 || view.health.state !== 'closed' ? TELL_AFTER_MS : KNOWN_FOR_MS);
  }

  /** Reads what the others have seen and adds what this worker has. */
  private async exchange(channel: string): Promise<void> {
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const { channels, now } = await this.store.read();
      const { health, version } = channels.get(channel) ?? { health: HEALTHY, version: 0 };
      const news = this.views.get(channel)?.news.slice() ?? [];
      const merged = news.reduce((known, { one, at }) => afterTry(known, one, at), health);
      if (news.length > 0 && !(await this.store.keep(channel, version, merged))) continue;
      const later = this.views.get(channel)?.news.slice(news.length) ?? [];
      this.views.set(channel, {
        health: later.reduce((known, { one, at }) => afterTry(known, one, at), merged),
        version: news.length > 0 ? version + 1 : version,
        news: later,
        isUrgent: false,
        readAt: now,
        readAtMs: this.clock.monotonicMs(),
      });
      return;
    }
  }

  private async takeProbe(channel: string, view: View): Promise<boolean> {
    const health = probed(view.health, this.now(view));
    if (!(await this.store.keep(channel, view.version, health))) {
      view.isUrgent = true;
      return false;
    }
    view.health = health;
    view.version += 1;
    return true;
  }
}
