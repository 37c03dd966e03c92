import { Injectable } from '@nestjs/common';
import type { Medium } from '#app/domain';
import { ClockPort } from '../ports/clock.port.js';
import { type Channel, Channels } from './channel.js';
import type { ClaimedMessage } from './delivery-store.port.js';
import { FenceMessages } from './fence-messages.js';
import { PrepareMessages } from './prepare-messages.js';
import { RecordHandOvers } from './record-hand-overs.js';
import { Sending } from './sending.js';

const CLAIM_LIMIT = 50;
/** Fenced at once: what a crash right now would leave in doubt. */
const MAX_CHUNK = 20;
/** A run ends after this many messages, so that one job doesn't last for ever; the caller runs again. */
const MAX_PER_RUN = 5_000;
/** While slow hand-overs are under way the queue is looked at this often. */
const LOOK_AGAIN_MS = 200;

/** Longest honest hand-over and some: a fence that ended earlier would make doubts of slow successes. */
const MIN_LEASE_MS: Readonly<Record<Medium, number>> = { email: 180_000, sms: 45_000 };
const LEASE_MARGIN_MS = 30_000;

export interface DeliveryReport {
  readonly claimed: number;
  readonly sent: number;
  readonly failed: number;
  readonly unknown: number;
  readonly suppressed: number;
  readonly expired: number;
  /** Back in the queue, for a later try. */
  readonly retried: number;
  /** The run stopped at its limit and more may be due. */
  readonly hasMore: boolean;
}

/**
 * Hands due messages over, at most once per message key: claim, compose, fence, send, record. Safe to run anywhere at any time,
 * by several processes at once.
 */
@Injectable()
export class DeliverMessages {
  private readonly sendings = new Set<Sending>();
  private isStopped = false;

  constructor(
    private readonly channels: Channels,
    private readonly prepare: PrepareMessages,
    private readonly fence: FenceMessages,
    private readonly recorder: RecordHandOvers,
    private readonly clock: ClockPort,
  ) {}

  /** Ends runs soon, for good: what is being handed over is recorded, all else goes back to the queue. */
  stop(): void {
    this.isStopped = true;
    for (const sending of this.sendings) sending.stop();
  }

  async run(medium: Medium): Promise<DeliveryReport> {
    const channel = this.channels.forMedium(medium);
    const leaseMs = Math.max(MIN_LEASE_MS[medium], channel.timeoutMs + LEASE_MARGIN_MS);
    const sending = new Sending({
      channel,
      maxWaitMs: leaseMs / 3,
      monotonicMs: () => this.clock.monotonicMs(),
      sleep: (ms) => this.clock.sleep(ms),
      hear: (result, isRetry) => this.recorder.hear(channel.code, result, isRetry),
      isShut: () => this.recorder.isShut(channel.code),
      record: (shopId, records) => this.recorder.run(shopId, records),
    });
    this.sendings.add(sending);
    const stopped = { suppressed: 0, expired: 0, failed: 0, queued: 0, handing: 0 };
    let claimed = 0;
    try {
      while (claimed < MAX_PER_RUN && !this.isStopped) {
        const room = await this.prepare.room(channel.code, CLAIM_LIMIT);
        const claims = room.messages === 0 ? [] : await this.prepare.claim(medium, room);
        claimed += claims.length;
        const isSuspect = claims[0]?.isSuspect === true;
        // what it may take along is in doubt afterwards
        if (isSuspect) await sending.idle();
        await this.handOver(claims, channel, leaseMs, sending, stopped);
        if (claims.length < CLAIM_LIMIT && !isSuspect && !(await this.waitWhileBusy(sending))) break;
      }
    } finally {
      await sending.drained().finally(() => this.sendings.delete(sending));
    }
    const { sent, unknown, failed, queued } = sending.counts;
    return {
      claimed,
      sent,
      unknown,
      failed: failed + stopped.failed,
      suppressed: stopped.suppressed,
      expired: stopped.expired,
      retried: queued + stopped.queued,
      hasMore: claimed >= MAX_PER_RUN,
    };
  }

  private async handOver(
    claims: readonly ClaimedMessage[],
    channel: Channel,
    leaseMs: number,
    sending: Sending,
    stopped: Record<string, number>,
  ): Promise<void> {
    for (const [shopId, ofShop] of byShop(claims)) {
      const composed = await this.prepare.composeAll(shopId, ofShop);
      for (let start = 0; start < composed.length; start += MAX_CHUNK) {
        await sending.room();
        if (this.isStopped) {
          stopped['queued'] = (stopped['queued'] ?? 0) + (await this.fence.giveBack(shopId, composed.slice(start)));
          break;
        }
        const fencedAtMs = this.clock.monotonicMs();
        const chunk = composed.slice(start, start + MAX_CHUNK);
        const { fenced, stopped: ended } = await this.fence.run(shopId, chunk, channel, leaseMs);
        sending.start(shopId, fenced, fencedAtMs);
        for (const [state, n] of Object.entries(ended)) stopped[state] = (stopped[state] ?? 0) + n;
      }
    }
  }

  /** False when nothing is under way: the run is over. */
  private async waitWhileBusy(sending: Sending): Promise<boolean> {
    if (!sending.isBusy) return false;
    await Promise.race([sending.idle(), this.clock.sleep(LOOK_AGAIN_MS)]);
    return sending.isBusy;
  }
}

function byShop(claims: readonly ClaimedMessage[]): Map<string, ClaimedMessage[]> {
  const shops = new Map<string, ClaimedMessage[]>();
  for (const claim of claims) {
    const ofShop = shops.get(claim.shopId);
    if (ofShop) ofShop.push(claim);
    else shops.set(claim.shopId, [claim]);
  }
  return shops;
}
