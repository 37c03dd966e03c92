import { Injectable } from '@nestjs/common';
import { AfterglowError } from '#app/domain';
import { ClockPort } from '../ports/clock.port.js';
import { Metrics } from '../ports/metrics.port.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { DeliveryStore, type HandOverRecord } from './delivery-store.port.js';

/** An outcome that can't be stored becomes `unknown` when its lease ends; the database has this long to come back. */
const MAX_TRIES = 60;
const PAUSE_MS = 1_000;

/** The second half of the hand-over: stores what the provider said. */
@Injectable()
export class RecordHandOvers {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly store: DeliveryStore,
    private readonly clock: ClockPort,
    private readonly metrics: Metrics,
  ) {}

  /** Stores outcomes of one shop in one transaction; waits for a database that is away. */
  async run(shopId: string, records: readonly HandOverRecord[]): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.uow.inShop(shopId, (tx) => this.store.record(tx, records));
        break;
      } catch (error) {
        if (!isAway(error) || tries >= MAX_TRIES) throw error;
        await this.clock.sleep(PAUSE_MS);
      }
    }
    for (const { attempt, state } of records) {
      if (!attempt) continue;
      this.metrics.count('afterglow_messages_total', { channel: attempt.channel, state });
      this.metrics.observe('afterglow_hand_over_seconds', attempt.durationMs / 1_000, { channel: attempt.channel });
    }
  }
}

function isAway(error: unknown): boolean {
  return error instanceof AfterglowError && error.code === 'unavailable';
}
