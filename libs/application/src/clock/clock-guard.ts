import { Injectable } from '@nestjs/common';
import { TransientError } from '#app/domain';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import { ComparedClocks } from './compared-clocks.port.js';

/** Further apart than this between two looks and the database's clock was moved: no clock drifts that fast. */
const MAX_APART_MS = 60_000;

interface Look {
  readonly databaseMs: number;
  readonly elapsedMs: number;
}

/**
 * Says whether the database's clock can be believed: since the last good look it must have moved as much as time did. Everything
 * that falls due falls due by that clock, so while it can't be believed nothing is claimed. It is believed again once it is back where
 * it belongs, and by a process that starts. The virtual clock is another one; moving it is no jump.
 */
@Injectable()
export class ClockGuard {
  private lastGood: Look | null = null;
  private apart = 0;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clocks: ComparedClocks,
  ) {}

  /** How much further than time the database's clock has moved since the last good look; below zero when it was put back. */
  get apartMs(): number {
    return this.apart;
  }

  /** What the last look said. */
  get isTrusted(): boolean {
    return Math.abs(this.apart) <= MAX_APART_MS;
  }

  async isSound(): Promise<boolean> {
    const beforeMs = this.clocks.elapsedMs();
    const databaseMs = await this.clocks.databaseNow();
    const afterMs = this.clocks.elapsedMs();
    const last = this.lastGood ?? { databaseMs, elapsedMs: afterMs };
    // it was read at some moment between the two: a slow answer is no jump
    const expectedFrom = last.databaseMs + beforeMs - last.elapsedMs;
    const expectedTo = last.databaseMs + afterMs - last.elapsedMs;
    this.apart = Math.min(0, databaseMs - expectedFrom) + Math.max(0, databaseMs - expectedTo);
    if (this.isTrusted) this.lastGood = { databaseMs, elapsedMs: afterMs };
    return this.isTrusted;
  }

  /**
   * Claims across shops, right after a look at the clock.
   * @throws TransientError `unavailable` when it can't be believed
   */
  async claim<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (await this.isSound()) return this.unitOfWork.acrossShops(work);
    const seconds = Math.round(this.apart / 1_000);
    throw new TransientError(
      'unavailable',
      `The database's clock moved ${seconds} s more than time did. Nothing is claimed until it is right again.`,
    );
  }
}
