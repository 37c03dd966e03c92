import type { Channel, HandOverResult } from './channel.js';
import type { HandOverRecord } from './delivery-store.port.js';
import type { FencedMessage } from './fence-messages.js';
import { putBack, recordOf } from './hand-over-outcome.js';

interface Waiting {
  readonly shopId: string;
  readonly message: FencedMessage;
  readonly fencedAtMs: number;
}

/** Messages by what came of them. */
export interface SendCounts {
  sent: number;
  failed: number;
  unknown: number;
  queued: number;
}

interface SendingOptions {
  readonly channel: Channel;
  /** A message that wasn't started this long after its fence goes back unsent. */
  readonly maxWaitMs: number;
  readonly monotonicMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Told of each answer as it comes. */
  readonly hear: (result: HandOverResult, isRetry: boolean) => void;
  /** The provider takes nothing: what hasn't begun goes back unsent. */
  readonly isShut: () => boolean;
  readonly record: (shopId: string, records: readonly HandOverRecord[]) => Promise<void>;
}

/** While others are about to be answered, so many outcomes wait for each other, and for no longer than this. */
const FULL_BATCH = 20;
const MAX_BATCH_WAIT_MS = 10;

/**
 * Hand-overs under way in one run: at most `concurrency` of them, each outcome stored as soon as the store is free, so that many
 * share a commit under load and a single one never waits.
 */
export class Sending {
  readonly counts: SendCounts = { sent: 0, failed: 0, unknown: 0, queued: 0 };
  private readonly waiting: Waiting[] = [];
  private readonly answered = new Map<string, HandOverRecord[]>();
  private readonly watchers: (() => void)[] = [];
  private active = 0;
  private isStoring = false;
  private isStopped = false;
  private failure: unknown;

  constructor(private readonly options: SendingOptions) {}

  start(shopId: string, messages: readonly FencedMessage[], fencedAtMs: number): void {
    for (const message of messages) this.waiting.push({ shopId, message, fencedAtMs });
    this.pump();
  }

  /** What hasn't been started goes back unsent; what is under way ends. */
  stop(): void {
    this.isStopped = true;
  }

  /** True while something is being sent or stored. */
  get isBusy(): boolean {
    return this.active > 0 || this.waiting.length > 0 || this.isStoring || this.answered.size > 0;
  }

  /** Resolves once a further chunk may be fenced: what is fenced should soon be sent, and the channel not wait for the next fence. */
  async room(): Promise<void> {
    while (this.waiting.length >= this.options.channel.concurrency) await this.change();
  }

  /** Resolves when all is sent and stored. */
  async idle(): Promise<void> {
    while (this.isBusy) await this.change();
  }

  /** The same. @throws what storing threw: those outcomes are left to the reaper */
  async drained(): Promise<void> {
    await this.idle();
    if (this.failure !== undefined) throw this.failure;
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.watchers.push(resolve));
  }

  private notify(): void {
    for (const watcher of this.watchers.splice(0)) watcher();
  }

  private pump(): void {
    while (this.active < this.options.channel.concurrency) {
      const next = this.waiting.shift();
      if (!next) return;
      this.active += 1;
      void this.send(next);
    }
  }

  private async send({ shopId, message, fencedAtMs }: Waiting): Promise<void> {
    const { channel, maxWaitMs, monotonicMs } = this.options;
    const startedAtMs = monotonicMs();
    const isTooLate = this.isStopped || startedAtMs - fencedAtMs > maxWaitMs || this.options.isShut();
    const result = isTooLate ? null : await handOver(channel, message);
    if (result) this.options.hear(result, message.handed.isRetry);
    const durationMs = Math.max(0, monotonicMs() - startedAtMs);
    const record = result ? recordOf(message.handed, result, durationMs) : putBack(message.handed);
    this.counts[record.state] += 1;
    this.active -= 1;
    this.answered.set(shopId, [...(this.answered.get(shopId) ?? []), record]);
    this.pump();
    this.notify();
    void this.store();
  }

  private async store(): Promise<void> {
    if (this.isStoring) return;
    this.isStoring = true;
    while (this.answered.size > 0) {
      await this.gather();
      const [shopId, records] = this.takeAnswered();
      try {
        await this.options.record(shopId, records);
      } catch (error) {
        this.failure = error;
      }
    }
    this.isStoring = false;
    this.notify();
  }

  private async gather(): Promise<void> {
    const [first] = this.answered.values();
    if (first && first.length < FULL_BATCH && this.active > 0) await this.options.sleep(MAX_BATCH_WAIT_MS);
  }

  private takeAnswered(): [shopId: string, records: HandOverRecord[]] {
    const [batch] = this.answered;
    if (!batch) return ['', []];
    this.answered.delete(batch[0]);
    return batch;
  }
}

/** A channel reports and doesn't throw; one that throws all the same may have sent. */
async function handOver(channel: Channel, { outbound }: FencedMessage): Promise<HandOverResult> {
  try {
    return await channel.send(outbound);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { outcome: 'unknown', phase: 'data', providerRef: null, code: 'channel-threw', detail };
  }
}
