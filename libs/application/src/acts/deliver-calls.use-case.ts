import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { ClockGuard } from '../clock/clock-guard.js';
import { storable } from '../intake/storable-text.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { callFate, putCallBack, suppressCall } from './call-fate.js';
import { CallSecret } from './call-secret.use-case.js';
import { CallSender } from './call-sender.port.js';
import { type CallRecord, CallStore, type ClaimedCall, type DueCall } from './call-store.port.js';

/** Calls under way at once; a receiver that hangs takes one place for as long as a try may last, and its shop half of them at most. */
const CONCURRENCY = 64;
/** Whose receivers answer doesn't wait for those that hang. */
const LOOK_AGAIN_MS = 1_000;
/** A round ends after this many calls, so that one job doesn't last for ever. */
const MAX_PER_RUN = 2_000;
/** Beyond the longest try. */
const LEASE_MARGIN_MS = 30_000;

export interface CallReport {
  readonly claimed: number;
  readonly sent: number;
  readonly failed: number;
  /** Back in the queue, for a later try. */
  readonly retried: number;
  readonly hasMore: boolean;
}

/**
 * Calls webhooks whose time has come, at least once each: claim, call, record. Safe to run anywhere at any time, by several
 * processes at once.
 */
@Injectable()
export class DeliverCalls {
  private isStopped = false;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly calls: CallStore,
    private readonly secret: CallSecret,
    private readonly sender: CallSender,
    private readonly clock: ClockGuard,
  ) {}

  /** Begins nothing new, for good: what is under way ends and is recorded. */
  stop(): void {
    this.isStopped = true;
  }

  async run(): Promise<CallReport> {
    const counts = { queued: 0, claimed: 0, sent: 0, failed: 0, suppressed: 0 };
    const underWay = new Map<Promise<void>, string>();
    const failures: unknown[] = [];
    let claimed = 0;
    let pause = pauseToLook();
    try {
      while (!this.isStopped && claimed < MAX_PER_RUN) {
        const busy = [...underWay.values()];
        const claims = await this.claim(CONCURRENCY - busy.length, busy);
        claimed += claims.length;
        for (const [shopId, ofShop] of byShop(claims)) {
          const { due, secrets } = await this.load(shopId, ofShop);
          for (const call of due) {
            const ended = this.make(shopId, call, secrets)
              .then((state) => void (counts[state] += 1))
              .catch((error: unknown) => void failures.push(error))
              .finally(() => underWay.delete(ended));
            underWay.set(ended, shopId);
          }
        }
        // what was left out because its shop was busy may be due still
        if (claims.length === 0 && busy.length === 0) break;
        if (underWay.size === 0) continue;
        if ((await Promise.race([...underWay.keys(), pause])) === 'over') pause = pauseToLook();
      }
    } finally {
      await Promise.all(underWay.keys());
    }
    // what couldn't be stored goes back when its lease ends
    if (failures.length > 0) throw failures[0];
    const { sent, failed, queued: retried } = counts;
    return { claimed, sent, failed, retried, hasMore: claimed >= MAX_PER_RUN };
  }

  private claim(free: number, busy: readonly string[]): Promise<ClaimedCall[]> {
    const leaseMs = this.sender.timeoutMs + LEASE_MARGIN_MS;
    return this.clock.claim((tx) => this.calls.claim(tx, free, busy, leaseMs));
  }

  private load(
    shopId: string,
    claims: readonly ClaimedCall[],
  ): Promise<{ readonly due: readonly DueCall[]; readonly secrets: readonly string[] }> {
    return this.unitOfWork.inShop(shopId, async (tx) => {
      const due = await this.calls.load(tx, claims);
      return { due, secrets: due.length === 0 ? [] : await this.secret.valid(tx, shopId) };
    });
  }

  private async make(shopId: string, call: DueCall, secrets: readonly string[]): Promise<CallRecord['state']> {
    const record = storable(await this.fateOf(call, secrets));
    await this.unitOfWork.inShop(shopId, (tx) => this.calls.record(tx, record));
    return record.state;
  }

  private async fateOf({ claim, url, payload, isHeld, isArchived, wallAt }: DueCall, secrets: readonly string[]) {
    if (isArchived) return suppressCall(claim, 'archived');
    if (isHeld || this.isStopped) return putCallBack(claim, isHeld);
    const body = JSON.stringify(payload);
    return callFate(claim, await this.sender.send({ id: claim.id, url, body, secrets, at: wallAt }));
  }
}

function pauseToLook(): Promise<'over'> {
  return sleep(LOOK_AGAIN_MS, 'over', { ref: false });
}

function byShop(claims: readonly ClaimedCall[]): Map<string, ClaimedCall[]> {
  const shops = new Map<string, ClaimedCall[]>();
  for (const claim of claims) shops.set(claim.shopId, [...(shops.get(claim.shopId) ?? []), claim]);
  return shops;
}
