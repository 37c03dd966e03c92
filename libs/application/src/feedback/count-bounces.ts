import { Injectable } from '@nestjs/common';
import { type DomainEvent, type Medium, toInstant } from '#app/domain';
import { SecretPort } from '../ports/secret.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import { type AddressNews, hearOf, holdOf, NEVER_BOUNCED, newsOf } from './bounced-address.js';
import { BouncedAddresses } from './bounced-addresses.port.js';

/** An event of a message, and where that message went. */
export interface Returned {
  readonly event: DomainEvent;
  readonly medium: Medium;
  readonly address: string;
}

interface Heard {
  readonly medium: Medium;
  readonly fingerprint: string;
  readonly news: AddressNews[];
}

/** Counts what comes back from addresses that exist, and suppresses those from which too much does, for a time. */
@Injectable()
export class CountBounces {
  constructor(
    private readonly addresses: BouncedAddresses,
    private readonly secrets: SecretPort,
  ) {}

  /** Three statements at most, and one where nothing has ever come back. Called where the intake of the shop is serialised. */
  async run(tx: Transaction, returned: readonly Returned[]): Promise<void> {
    const heard = this.byAddress(returned);
    if (heard.length === 0) return;
    const stored = await this.addresses.read(tx, heard);
    const known = new Map(stored.map((row) => [`${row.medium}|${row.fingerprint}`, row]));
    const changed = heard.flatMap(({ medium, fingerprint, news }) => {
      const before = known.get(`${medium}|${fingerprint}`);
      // most addresses are well
      if (!before && !news.some(({ kind }) => kind === 'bounced')) return [];
      const now = hearOf(before ?? NEVER_BOUNCED, news);
      return [{ medium, fingerprint, ...now, hold: holdOf(now) }];
    });
    if (changed.length > 0) await this.addresses.save(tx, changed);
  }

  private byAddress(returned: readonly Returned[]): Heard[] {
    const heard = new Map<string, Heard>();
    for (const { event, medium, address } of returned) {
      const kind = newsOf(event);
      if (kind === null) continue;
      const key = `${medium}|${address}`;
      const fingerprint = Buffer.from(this.secrets.fingerprint(address, 'address')).toString('hex');
      const one = heard.get(key) ?? { medium, fingerprint, news: [] };
      one.news.push({ kind, at: toInstant(event.occurredAt) });
      heard.set(key, one);
    }
    return [...heard.values()];
  }
}
