import { Injectable } from '@nestjs/common';
import { AfterglowError, TransientError } from '#app/domain';
import { HintPort } from '../ports/hint.port.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { DigestBodies, type InboxReport, MAX_ATTEMPTS, NOTHING_DONE } from './digest-bodies.use-case.js';
import { type ClaimedBody, InboxPort } from './inbox.port.js';

/** Bodies of one batch. More save little and hold the shop's intake for longer. */
const BATCH = 200;
/** A body claimed more often than this may be what ends its worker each time: it goes alone. */
const SUSPECT_AFTER = 2;

/** Takes one batch of one shop from the inbox to facts, timeline and journeys. */
@Injectable()
export class ProcessInbox {
  constructor(
    private readonly inbox: InboxPort,
    private readonly unitOfWork: UnitOfWork,
    private readonly bodies: DigestBodies,
    private readonly hints: HintPort,
  ) {}

  /** @throws TransientError `unavailable` when the database can't be used; the claimed rows come back when their lease ends */
  async run(): Promise<InboxReport> {
    const claimed = await this.inbox.claim(BATCH);
    const shopId = claimed[0]?.shopId;
    if (shopId === undefined) return NOTHING_DONE;
    const suspect = claimed.find(({ attempts }) => attempts > SUSPECT_AFTER);
    const report = await (suspect ? this.carefully(shopId, suspect, claimed) : this.together(shopId, claimed));
    for (const medium of report.media) this.hints.hint(`delivery-${medium}`);
    if (report.erasures > 0) this.hints.hint('maintenance');
    return report;
  }

  /** Attempts count at the claim, so those of its neighbours would count with it: they go back first. */
  private async carefully(shopId: string, suspect: ClaimedBody, claimed: readonly ClaimedBody[]): Promise<InboxReport> {
    const others = claimed.filter((body) => body !== suspect);
    if (others.length > 0) await this.unitOfWork.inShop(shopId, (tx) => this.inbox.giveBack(tx, others));
    if (suspect.attempts <= MAX_ATTEMPTS) return this.alone(shopId, suspect);
    const error = new AfterglowError('internal', `It was begun ${suspect.attempts} times and never came to an end.`);
    return this.setAside(shopId, suspect, error);
  }

  private async together(shopId: string, claimed: readonly ClaimedBody[]): Promise<InboxReport> {
    try {
      return await this.unitOfWork.inShop(shopId, (tx) => this.bodies.digest(tx, claimed), 'soon');
    } catch (error) {
      if (isUnavailable(error)) throw error;
      return this.oneByOne(shopId, claimed);
    }
  }

  /** Something in the batch can't be stored: its neighbours go on without it. */
  private async oneByOne(shopId: string, claimed: readonly ClaimedBody[]): Promise<InboxReport> {
    let total: InboxReport = NOTHING_DONE;
    for (const body of claimed) total = sum(total, await this.alone(shopId, body));
    return total;
  }

  private async alone(shopId: string, body: ClaimedBody): Promise<InboxReport> {
    try {
      return await this.unitOfWork.inShop(shopId, (tx) => this.bodies.digest(tx, [body]), 'soon');
    } catch (error) {
      if (isUnavailable(error)) throw error;
      return this.setAside(shopId, body, error);
    }
  }

  private async setAside(shopId: string, body: ClaimedBody, error: unknown): Promise<InboxReport> {
    try {
      const buried = await this.unitOfWork.inShop(shopId, (tx) => this.bodies.setAside(tx, body, error));
      return { ...NOTHING_DONE, claimed: 1, released: 1 - buried, buried };
    } catch (refusal) {
      // Another worker took the row over after the lease ran out: it is theirs to settle.
      if (refusal instanceof TransientError && refusal.code === 'conflict') return { ...NOTHING_DONE, claimed: 1 };
      throw refusal;
    }
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof TransientError && error.code === 'unavailable';
}

function sum(a: InboxReport, b: InboxReport): InboxReport {
  return {
    claimed: a.claimed + b.claimed,
    events: a.events + b.events,
    started: a.started + b.started,
    moved: a.moved + b.moved,
    messages: a.messages + b.messages,
    media: [...new Set([...a.media, ...b.media])],
    released: a.released + b.released,
    buried: a.buried + b.buried,
    erasures: a.erasures + b.erasures,
  };
}
