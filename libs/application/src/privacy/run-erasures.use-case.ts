import { Injectable } from '@nestjs/common';
import { SecretPort } from '../ports/secret.port.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import { openNames } from './begin-erasures.js';
import { type BodyCursor, type ClaimedErasure, ErasureStore, type SearchedBody } from './erasure-store.port.js';
import { mentions, type Name, senderKeysOf } from './names.js';
import { type PersonRows, PrivacyRequests } from './privacy-requests.repository.js';

const BODIES = 200;
/** Wall time within which one step must be done; each step begins it anew. */
const LEASE_MS = 300_000;
/** How soon to look again when something about the person is being handed over. */
const BUSY_MS = 5_000;

export interface ErasureReport {
  readonly done: number;
  /** Put off, because something about the person was being handed over. */
  readonly postponed: number;
}

/**
 * Takes erasures that have begun to their end: bodies, then table by table, each step in a transaction of its own. Every step may
 * be done again, so an erasure that dies on the way is gone on with from its start.
 */
@Injectable()
export class RunErasures {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly requests: PrivacyRequests,
    private readonly store: ErasureStore,
    private readonly secrets: SecretPort,
  ) {}

  async run(): Promise<ErasureReport> {
    let done = 0;
    let postponed = 0;
    for (;;) {
      const claimed = await this.unitOfWork.acrossShops((tx) => this.store.claim(tx));
      if (claimed === null) return { done, postponed };
      if (await this.erase(claimed)) done += 1;
      else postponed += 1;
    }
  }

  private async erase({ shopId, id }: ClaimedErasure): Promise<boolean> {
    const step = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> =>
      this.unitOfWork.inShop(shopId, async (tx) => {
        await this.store.postpone(tx, id, LEASE_MS);
        return work(tx);
      });
    const found = await step((tx) => this.subject(tx, id));
    if (found === null) return false;
    const { person, names } = found;
    await step((tx) => this.store.forgetKeys(tx, person));
    const counts: Record<string, number> = { inbox_event: await this.forgetBodies(step, person, names) };
    for (const table of this.store.tables()) counts[table] = await step((tx) => this.store.empty(tx, table, person));
    await step((tx) => this.requests.close(tx, id, counts));
    return true;
  }

  private async subject(tx: Transaction, id: string): Promise<{ person: PersonRows; names: readonly Name[] } | null> {
    const work = await this.store.work(tx, id);
    const stored = work && (await this.requests.person(tx, work.customerId));
    if (!work || work.names === null || !stored) return null;
    const names = openNames(this.secrets, id, work.names);
    const orderExternalIds = names.filter(({ kind }) => kind === 'order').map(({ value }) => value);
    const person = { ...stored, orderExternalIds };
    if (!(await this.store.isBusy(tx, person))) return { person, names };
    await this.store.postpone(tx, id, BUSY_MS);
    return null;
  }

  private async forgetBodies(step: Step, person: PersonRows, names: readonly Name[]): Promise<number> {
    let forgotten = 0;
    const forget = async (tx: Transaction, bodies: readonly SearchedBody[]): Promise<void> => {
      if (bodies.length > 0) await this.store.forgetBodies(tx, bodies, senderKeysOf(bodies));
      forgotten += bodies.length;
    };
    for (let isMore = true; isMore;) {
      isMore = await step(async (tx) => {
        const bodies = await this.store.bodiesOf(tx, person, BODIES);
        await forget(tx, bodies);
        return bodies.length === BODIES;
      });
    }
    for (let after: BodyCursor | null = null, isMore = true; isMore;) {
      const from: BodyCursor | null = after;
      const page = await step(async (tx) => {
        const bodies = await this.store.fruitlessBodies(tx, from, BODIES);
        await forget(
          tx,
          bodies.filter(({ body }) => mentions(body, names)),
        );
        return bodies;
      });
      after = page.at(-1) ?? null;
      isMore = page.length === BODIES;
    }
    return forgotten;
  }
}

type Step = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;
