import { Injectable } from '@nestjs/common';
import { AfterglowError } from '#app/domain';
import { ClockPort } from '../ports/clock.port.js';
import { storable } from '../intake/storable-text.js';
import { Metrics } from '../ports/metrics.port.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import { LinkEvents } from '../feedback/link-events.js';
import { LinkStore } from '../feedback/link-store.port.js';
import type { HandOverResult } from './channel.js';
import { DeliveryStore, type HandOverRecord } from './delivery-store.port.js';
import { ProviderGuard } from './provider-guard.js';

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
    private readonly provider: ProviderGuard,
    private readonly links: LinkStore,
    private readonly events: LinkEvents,
  ) {}

  /** What an answer says about the provider; told at once, before it is stored. */
  hear(route: string, result: HandOverResult, isRetry: boolean): void {
    this.provider.note(route, result, isRetry);
  }

  /** The provider takes nothing at the moment. */
  isShut(route: string): boolean {
    return this.provider.isShut(route);
  }

  /**
   * Stores outcomes of one shop in one transaction; waits for a database that is away or busy. One that can't be stored doesn't
   * take its neighbours along.
   */
  async run(shopId: string, outcomes: readonly HandOverRecord[]): Promise<void> {
    // the words of a provider may hold what PostgreSQL refuses
    const records = storable(outcomes);
    try {
      await this.persist(shopId, records);
    } catch (error) {
      if (isAway(error) || records.length === 1) throw error;
      await this.oneByOne(shopId, records);
    }
    for (const { attempt, state } of records) {
      if (!attempt) continue;
      this.metrics.count('afterglow_messages_total', { channel: attempt.channel, state });
      this.metrics.observe('afterglow_hand_over_seconds', attempt.durationMs / 1_000, { channel: attempt.channel });
    }
    for (const route of new Set(records.flatMap(({ attempt }) => attempt?.accountId ?? attempt?.channel ?? [])))
      await this.provider.tell(route);
  }

  private async persist(shopId: string, records: readonly HandOverRecord[]): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.uow.inShop(shopId, async (tx) => {
          const stored = await this.store.record(tx, records);
          for (const record of records.filter(({ id }) => stored.has(id))) {
            if (isOptOut(record)) await this.withdraw(tx, shopId, record);
            const code = mailboxCodeOf(record);
            if (code !== null) await this.tellBounce(tx, shopId, record.id, code);
          }
        });
        if (records.some((record) => isOptOut(record) || mailboxCodeOf(record) !== null)) this.events.hint();
        return;
      } catch (error) {
        if (!isAway(error) || tries >= MAX_TRIES) throw error;
        await this.clock.sleep(PAUSE_MS);
      }
    }
  }

  /** A provider that refuses an address because its owner has opted out there tells us of a withdrawal that we had not heard. */
  private async withdraw(tx: Transaction, shopId: string, { id, suppression }: HandOverRecord): Promise<void> {
    const message = await this.links.message(tx, id, false);
    if (!message) return;
    const { medium: channel, now: at } = message;
    const proof = `message ${id} refused by the provider: ${suppression?.reason ?? ''}`;
    await this.events.store(tx, { shopId, hash: `message:${id}` }, message, {
      type: 'consent.changed',
      use: 'opted-out',
      at,
      data: { channel, state: 'opted_out', level: 'confirmed', proof },
      withOrder: false,
    });
  }

  /** A mailbox that was full each time is heard of as though the mail had come back. */
  private async tellBounce(tx: Transaction, shopId: string, id: string, code: string): Promise<void> {
    const message = await this.links.message(tx, id, false);
    if (!message) return;
    const { medium: channel, now: at } = message;
    await this.events.store(tx, { shopId, hash: `message:${id}` }, message, {
      type: 'message.bounced',
      use: 'gave-up',
      at,
      data: { channel, kind: 'soft', code, messageId: id },
      withOrder: true,
    });
  }

  private async oneByOne(shopId: string, records: readonly HandOverRecord[]): Promise<void> {
    let failure: unknown;
    for (const record of records) {
      try {
        await this.persist(shopId, [record]);
      } catch (error) {
        failure = error;
      }
    }
    if (failure !== undefined) throw failure;
  }
}

function isAway(error: unknown): boolean {
  return error instanceof AfterglowError && error.code === 'unavailable';
}

/** Of a message that was given up because of its reader's mailbox (RFC 3463, x.2.x); null for all others. */
function mailboxCodeOf({ state, reason, attempt }: HandOverRecord): string | null {
  if (state !== 'failed' || reason !== 'gave-up') return null;
  return /\b[45]\.2\.\d{1,3}\b/.exec(attempt?.code ?? '')?.[0] ?? null;
}

/** Bad addresses are suppressed for every class, people's wishes for all but service messages. */
function isOptOut({ suppression }: HandOverRecord): boolean {
  return suppression?.scope === 'non_service';
}
