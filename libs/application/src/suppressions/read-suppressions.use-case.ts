import { Injectable } from '@nestjs/common';
import { emailAddress } from '#app/contracts';
import { MEDIA, type Medium } from '#app/domain';
import { AuditTrail } from '../access/audit-trail.port.js';
import { SecretPort } from '../ports/secret.port.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import {
  type Suppression,
  SuppressionList,
  type SuppressionPage,
  type SuppressionReason,
} from './suppression-list.port.js';

const BATCH = 1_000;

/** A row with the address, where somebody is known by it. */
export interface NamedSuppression extends Suppression {
  readonly address: string | null;
}

export interface SuppressionQuery {
  readonly medium?: Medium | undefined;
  readonly reason?: SuppressionReason | undefined;
  /** An e-mail address, or a phone number with its country. */
  readonly address?: string | undefined;
}

@Injectable()
export class ReadSuppressions {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly list: SuppressionList,
    private readonly secrets: SecretPort,
    private readonly audit: AuditTrail,
  ) {}

  page(
    shopId: string,
    { address, ...filter }: SuppressionQuery,
    page: { readonly cursor: string | null; readonly limit: number },
  ): Promise<SuppressionPage> {
    const hash = address === undefined ? undefined : this.hashOf(formOf(address));
    return this.uow.inShop(shopId, (tx) => this.list.page(tx, { ...filter, hash }, page));
  }

  /**
   * The whole list, in parts: first the addresses that somebody is known by, then the rest, of which nobody has more than the hash. No
   * transaction outlasts a part. That it was read is noted.
   */
  async export(shopId: string): Promise<AsyncIterable<readonly NamedSuppression[]>> {
    const note = { action: 'export', subject: 'suppressions', subjectId: shopId };
    await this.uow.inShop(shopId, (tx) => this.audit.note(tx, note));
    return this.parts(shopId);
  }

  private async *parts(shopId: string): AsyncGenerator<readonly NamedSuppression[]> {
    const named = new Set<string>();
    for (const medium of MEDIA) {
      for (let after: string | undefined = ''; after !== undefined;) {
        const place: string = after;
        const { last, found } = await this.uow.inShop(shopId, (tx) => this.namedAfter(tx, medium, place));
        if (found.length > 0) yield found;
        for (const row of found) named.add(keyOf(row));
        after = last;
      }
    }
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = { cursor: cursor ?? null, limit: BATCH };
      const { items, next } = await this.uow.inShop(shopId, (tx) => this.list.page(tx, {}, page));
      const rest = items.filter((row) => !named.has(keyOf(row))).map((item) => ({ ...item, address: null }));
      if (rest.length > 0) yield rest;
      cursor = next;
    }
  }

  /** The suppressed ones among the next addresses, and the last address that was looked at; none behind all of them. */
  private async namedAfter(
    tx: Transaction,
    medium: Medium,
    after: string,
  ): Promise<{ last: string | undefined; found: readonly NamedSuppression[] }> {
    const known = await this.list.addresses(tx, medium, after, BATCH);
    const byHash = new Map(known.map((address) => [this.hashOf(address), address]));
    const rows = await this.list.ofHashes(
      tx,
      [...byHash.keys()].map((hash) => ({ medium, hash })),
    );
    return {
      last: known.length === BATCH ? known.at(-1) : undefined,
      found: rows.map((row) => ({ ...row, address: byHash.get(row.hash) ?? null })),
    };
  }

  private hashOf(address: string): string {
    return Buffer.from(this.secrets.fingerprint(address, 'address')).toString('hex');
  }
}

/** A quarter of the id's bytes, as there is one for everybody known: half a hash is nobody else's. */
function keyOf({ medium, hash, until }: Suppression): string {
  const kind = MEDIA.indexOf(medium);
  return Buffer.from(`${hash.slice(0, 32)}0${until === null ? kind : kind + MEDIA.length}`, 'hex').toString('latin1');
}

/** As the addresses of customers are kept. What is neither is on no list. */
function formOf(address: string): string {
  return emailAddress.safeParse(address).data ?? address.replaceAll(/[\s().\-/]/g, '').replace(/^00/, '+');
}
