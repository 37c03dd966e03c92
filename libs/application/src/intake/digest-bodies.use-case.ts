import { Injectable } from '@nestjs/common';
import { AfterglowError, PermanentError } from '#app/domain';
import { JourneyRuntime, type Outlet } from '../journeys/journey-runtime.port.js';
import { ClockPort } from '../ports/clock.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import { onceKeysOf } from '../privacy/names.js';
import { PrivacyAtIntake } from '../privacy/privacy-at-intake.js';
import type { IncomingEvent } from './fold-batch.js';
import { FoldEvents } from './fold-events.use-case.js';
import { type ClaimedBody, InboxPort } from './inbox.port.js';
import { OpenBodies, type OpenedBody } from './open-bodies.use-case.js';
import { storable } from './storable-text.js';

/** A body that failed this often is set aside as dead. */
export const MAX_ATTEMPTS = 5;
/** Wall time before the second try; doubled for each further one, so that what is wrong has a while to pass. */
const FIRST_PAUSE_MS = 1_000;
const MAX_NOTE = 2_000;
const NOBODY: ReadonlySet<string> = new Set();

export interface InboxReport {
  /** Bodies claimed; 0 when nothing was open. */
  readonly claimed: number;
  /** Events that were new to the timeline, or to the person they had waited for. */
  readonly events: number;
  readonly started: number;
  readonly moved: number;
  readonly messages: number;
  /** Where something waits to go out. */
  readonly media: readonly Outlet[];
  /** Bodies put back for another try, and bodies set aside as dead. */
  readonly released: number;
  readonly buried: number;
  /** Erasures of people that have begun. */
  readonly erasures: number;
}

export const NOTHING_DONE: InboxReport = {
  claimed: 0,
  events: 0,
  started: 0,
  moved: 0,
  messages: 0,
  media: [],
  released: 0,
  buried: 0,
  erasures: 0,
};

/** What comes of claimed bodies: from body to facts to journeys, in one transaction. */
@Injectable()
export class DigestBodies {
  constructor(
    private readonly inbox: InboxPort,
    private readonly bodies: OpenBodies,
    private readonly facts: FoldEvents,
    private readonly journeys: JourneyRuntime,
    private readonly privacy: PrivacyAtIntake,
    private readonly clock: ClockPort,
  ) {}

  async digest(tx: Transaction, claimed: readonly ClaimedBody[]): Promise<InboxReport> {
    const [{ shop, opened, faulty, events }, now] = await Promise.all([
      this.bodies.open(tx, claimed),
      this.clock.now(tx),
    ]);
    const { fresh, forgotten } = await this.facts.fold(tx, shop, now, events);
    const [report] = await Promise.all([
      fresh.length === 0 ? NOTHING_DONE : this.journeys.onEvents(tx, shop, now, fresh),
      this.finish(tx, opened, forgotten),
    ]);
    let buried = 0;
    for (const { body, error } of faulty) buried += await this.setAside(tx, body, error);
    return {
      ...NOTHING_DONE,
      ...report,
      claimed: claimed.length,
      events: fresh.length,
      released: faulty.length - buried,
      buried,
      erasures: await this.privacy.hear(tx, fresh, now),
    };
  }

  /** Of bodies about erased people nothing is kept. */
  private async finish(
    tx: Transaction,
    opened: readonly OpenedBody[],
    forgotten: readonly IncomingEvent[],
  ): Promise<void> {
    const fruitless = opened.filter(({ note }) => note !== null).map(({ body }) => body);
    const named = fruitless.length === 0 ? NOBODY : await this.privacy.namingErased(tx, fruitless);
    const told = new Set(forgotten.map(({ inboxId }) => inboxId));
    const isForgotten = ({ body }: OpenedBody): boolean => told.has(body.id) || named.has(body.id);
    const kept = opened.filter((one) => !isForgotten(one));
    if (kept.length > 0) await this.inbox.finish(tx, kept);
    if (kept.length === opened.length) return;
    await this.inbox.forget(
      tx,
      opened.filter(isForgotten).map(({ body }) => body),
      forgotten.flatMap(onceKeysOf),
    );
  }

  /** Puts a failed body back, or sets it aside when another try is useless. Returns how many were buried. */
  async setAside(tx: Transaction, body: ClaimedBody, error: unknown): Promise<0 | 1> {
    const code = error instanceof AfterglowError ? error.code : 'internal';
    // an error may quote the body, and that holds anything
    const note = storable((error instanceof Error ? error.message : String(error)).slice(0, MAX_NOTE));
    if (error instanceof PermanentError || body.attempts >= MAX_ATTEMPTS) {
      if ((await this.privacy.namingErased(tx, [body])).size > 0) {
        await this.inbox.forget(tx, [body], []);
        return 1;
      }
      await this.inbox.bury(tx, body, code, note);
      return 1;
    }
    await this.inbox.release(tx, [body], note, FIRST_PAUSE_MS * 2 ** (body.attempts - 1));
    return 0;
  }
}
