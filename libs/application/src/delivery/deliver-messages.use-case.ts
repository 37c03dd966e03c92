import { Injectable } from '@nestjs/common';
import type { Medium } from '#app/domain';
import { AssignRoutes } from '../accounts/assign-routes.js';
import type { Route } from '../accounts/route.js';
import { ClockPort } from '../ports/clock.port.js';
import type { ClaimedMessage } from './delivery-store.port.js';
import { FenceMessages } from './fence-messages.js';
import { PrepareMessages } from './prepare-messages.js';
import { RecordHandOvers } from './record-hand-overs.js';
import { Sending } from './sending.js';
import { Sendings } from './sendings.js';

const CLAIM_LIMIT = 50;
/** Fenced at once: what a crash right now would leave in doubt. */
const MAX_CHUNK = 25;
/** A run ends after this many messages, so that one job doesn't last for ever; the caller runs again. */
const MAX_PER_RUN = 5_000;
/** While slow hand-overs are under way the queue is looked at this often. */
const LOOK_AGAIN_MS = 200;

/** Where each shop has accounts of its own, and each of them its own room. */
const ROOM_OF_MANY = { messages: CLAIM_LIMIT, retries: CLAIM_LIMIT / 5 };

/** Longest honest hand-over and some: a fence that ended earlier would make doubts of slow successes. */
const MIN_LEASE_MS: Readonly<Record<Medium, number>> = { email: 180_000, sms: 45_000, whatsapp: 45_000 };
const LEASE_MARGIN_MS = 30_000;

interface Run {
  readonly medium: Medium;
  readonly sendings: Sendings;
  /** Messages that were not handed over, by state. */
  readonly stopped: { suppressed: number; expired: number; failed: number; queued: number; handing: number };
  claimed: number;
}

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
  private readonly runs = new Set<Sendings>();
  private isStopped = false;

  constructor(
    private readonly accounts: AssignRoutes,
    private readonly prepare: PrepareMessages,
    private readonly fence: FenceMessages,
    private readonly recorder: RecordHandOvers,
    private readonly clock: ClockPort,
  ) {}

  /** Ends runs soon, for good: what is being handed over is recorded, all else goes back to the queue. */
  stop(): void {
    this.isStopped = true;
    for (const sendings of this.runs) sendings.stop();
  }

  async run(medium: Medium): Promise<DeliveryReport> {
    const run: Run = {
      medium,
      sendings: new Sendings((route) => this.open(route)),
      stopped: { suppressed: 0, expired: 0, failed: 0, queued: 0, handing: 0 },
      claimed: 0,
    };
    this.runs.add(run.sendings);
    try {
      while (run.claimed < MAX_PER_RUN && !this.isStopped) {
        if (!(await this.turn(run)) && !(await this.waitWhileBusy(run.sendings))) break;
      }
    } finally {
      await run.sendings.drained().finally(() => this.runs.delete(run.sendings));
    }
    const { sent, unknown, failed, queued } = run.sendings.counts;
    const { stopped, claimed } = run;
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

  private open({ key, channel }: Route): Sending {
    return new Sending({
      channel,
      maxWaitMs: leaseOf(channel) / 3,
      monotonicMs: () => this.clock.monotonicMs(),
      sleep: (ms) => this.clock.sleep(ms),
      hear: (result, isRetry) => this.recorder.hear(key, result, isRetry),
      isShut: () => this.recorder.isShut(key),
      record: (shopId, records) => this.recorder.run(shopId, records),
    });
  }

  /** One claim of each pool; true when more may be due at once. */
  private async turn(run: Run): Promise<boolean> {
    let hasMore = false;
    for (const pool of await this.accounts.pools(run.medium)) {
      if (this.isStopped) break;
      const room = pool.route === null ? ROOM_OF_MANY : await this.prepare.room(pool.route.key, CLAIM_LIMIT);
      const claims = room.messages === 0 ? [] : await this.prepare.claim(run.medium, room, pool);
      run.claimed += claims.length;
      const isSuspect = claims[0]?.isSuspect === true;
      // what it may take along is in doubt afterwards
      if (isSuspect) await run.sendings.idle();
      for (const [shopId, ofShop] of byShop(claims)) await this.handOver(run, shopId, ofShop);
      hasMore ||= claims.length >= CLAIM_LIMIT || isSuspect;
    }
    return hasMore;
  }

  private async handOver(run: Run, shopId: string, claims: readonly ClaimedMessage[]): Promise<void> {
    const { sendings, stopped } = run;
    const composed = await this.prepare.composeAll(shopId, claims);
    for (let start = 0; start < composed.length; start += MAX_CHUNK) {
      if (this.isStopped) {
        stopped.queued += await this.fence.giveBack(shopId, composed.slice(start));
        return;
      }
      const chunk = composed.slice(start, start + MAX_CHUNK);
      const { ready, stranded } = await this.accounts.run(shopId, run.medium, chunk);
      if (stranded) stopped.queued += await this.fence.putOff(shopId, stranded);
      for (const { route, items } of ready) {
        await sendings.room(route);
        if (this.isStopped) {
          stopped.queued += await this.fence.giveBack(shopId, items);
          continue;
        }
        const fencedAtMs = this.clock.monotonicMs();
        const { fenced, stopped: ended } = await this.fence.run(shopId, items, route, leaseOf(route.channel));
        sendings.start(route, shopId, fenced, fencedAtMs);
        for (const [state, n] of Object.entries(ended)) stopped[state as keyof typeof stopped] += n;
      }
    }
  }

  /** False when nothing is under way: the run is over. */
  private async waitWhileBusy(sending: Sendings): Promise<boolean> {
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

function leaseOf({ medium, timeoutMs }: Route['channel']): number {
  return Math.max(MIN_LEASE_MS[medium], timeoutMs + LEASE_MARGIN_MS);
}
