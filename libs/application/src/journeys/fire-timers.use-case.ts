import { Injectable } from '@nestjs/common';
import { AfterglowError, PermanentError, TransientError } from '#app/domain';
import { ClockGuard } from '../clock/clock-guard.js';
import { HintPort } from '../ports/hint.port.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import type { Outlet } from './journey-runtime.port.js';
import { type ClaimedTimer, TimerStore } from './runtime/timer-store.port.js';
import { WakeRuns } from './runtime/wake-runs.js';

const BATCH = 100;
/** Claims without progress after which a timer becomes a dead letter. */
const MAX_ATTEMPTS = 5;

export interface FiringReport {
  readonly claimed: number;
  readonly fired: number;
  readonly messages: number;
  readonly dead: number;
  /** The claim was full: more may be due. */
  readonly hasMore: boolean;
}

interface Tally {
  fired: number;
  messages: number;
  dead: number;
  readonly media: Set<Outlet>;
}

function byShop(timers: readonly ClaimedTimer[]): Map<string, ClaimedTimer[]> {
  const shops = new Map<string, ClaimedTimer[]>();
  for (const timer of timers) shops.set(timer.shopId, [...(shops.get(timer.shopId) ?? []), timer]);
  return shops;
}

/** Wakes the runs whose time has come: one batch, one transaction a shop. A run that can't be decided doesn't stop the others. */
@Injectable()
export class FireDueTimers {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly timers: TimerStore,
    private readonly wakeRuns: WakeRuns,
    private readonly hints: HintPort,
    private readonly clock: ClockGuard,
  ) {}

  async run(): Promise<FiringReport> {
    const claimed = await this.clock.claim((tx) => this.timers.claim(tx, BATCH));
    const tally: Tally = { fired: 0, messages: 0, dead: 0, media: new Set() };
    for (const [shopId, timers] of byShop(claimed)) {
      await this.fireShop(shopId, timers, tally);
    }
    for (const medium of tally.media) this.hints.hint(`delivery-${medium}`);
    const { fired, messages, dead } = tally;
    const hasMore = claimed.length === BATCH || claimed[0]?.isSuspect === true;
    return { claimed: claimed.length, fired, messages, dead, hasMore };
  }

  private async fireShop(shopId: string, timers: readonly ClaimedTimer[], tally: Tally): Promise<void> {
    const spent = timers.filter((timer) => timer.attempts > MAX_ATTEMPTS);
    for (const timer of spent)
      await this.giveUp(timer, new AfterglowError('internal', 'Its decision never came to an end.'), tally);
    const open = timers.filter((timer) => timer.attempts <= MAX_ATTEMPTS);
    try {
      await this.fire(shopId, open, tally);
    } catch (error) {
      // Without a database nothing can be recorded either: the lease ends and the timers are claimed again.
      if (error instanceof TransientError) throw error;
      for (const timer of open) await this.fireOne(timer, tally);
    }
  }

  private async fireOne(timer: ClaimedTimer, tally: Tally): Promise<void> {
    try {
      await this.fire(timer.shopId, [timer], tally);
    } catch (error) {
      if (error instanceof TransientError) throw error;
      await this.setBack(timer, error, tally);
    }
  }

  private async fire(shopId: string, timers: readonly ClaimedTimer[], tally: Tally): Promise<void> {
    if (timers.length === 0) return;
    const report = await this.unitOfWork.inShop(shopId, (tx) => this.wakeRuns.run(tx, timers), 'soon');
    tally.fired += report.moved;
    tally.messages += report.messages;
    for (const medium of report.media) tally.media.add(medium);
    for (const { timer, error } of report.failed) await this.setBack(timer, error, tally);
  }

  /** The same facts give the same error, so a permanent one is not tried again. */
  private async setBack(timer: ClaimedTimer, error: unknown, tally: Tally): Promise<void> {
    if (error instanceof PermanentError || timer.attempts >= MAX_ATTEMPTS) return this.giveUp(timer, error, tally);
    return this.unitOfWork.inShop(timer.shopId, (tx) => this.timers.release(tx, timer));
  }

  private async giveUp(timer: ClaimedTimer, error: unknown, tally: Tally): Promise<void> {
    const code = error instanceof AfterglowError ? error.code : 'internal';
    const text = error instanceof Error ? error.message : String(error);
    await this.unitOfWork.inShop(timer.shopId, (tx) => this.timers.bury(tx, timer, code, text));
    tally.dead += 1;
  }
}
