import { Injectable } from '@nestjs/common';
import {
  addressOf,
  applyToCustomer,
  askedForSince,
  type ConsentChange,
  type CustomerFacts,
  type DomainEvent,
  type Instant,
  lastWish,
  type Medium,
  toInstant,
  toIso,
} from '#app/domain';
import { FactsStore, type SuppressionChange } from '../facts/facts-store.port.js';
import { refOf } from '../feedback/person-ref.js';
import { InboxPort } from '../intake/inbox.port.js';
import { IdPort } from '../ports/id.port.js';
import { SecretPort } from '../ports/secret.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import { ConsentStore } from './consent-store.port.js';

export interface Statement extends ConsentChange {
  readonly channel: Medium;
  readonly proof: string;
}

export interface Speaker {
  readonly shopId: string;
  readonly customerId: string;
  readonly customer: CustomerFacts;
  /** When it is, or was, said. */
  readonly at: Instant;
  /** How it reaches us: `link` from a page of ours, `api` by a call. */
  readonly kind: 'api' | 'link';
  /** Where the person was written to, beside their present addresses. */
  readonly address?: { readonly medium: Medium; readonly value: string } | undefined;
}

/** Takes words on consent as events like any other, and lets them be in force at once. */
@Injectable()
export class StateConsent {
  constructor(
    private readonly inbox: InboxPort,
    private readonly facts: FactsStore,
    private readonly consents: ConsentStore,
    private readonly ids: IdPort,
    private readonly secrets: SecretPort,
  ) {}

  /**
   * Under the lock of the shop's intake, which folds the same events again and changes nothing by it. Returns what is known of the
   * person then.
   */
  async run(tx: Transaction, speaker: Speaker, statements: readonly Statement[]): Promise<CustomerFacts> {
    const events = await this.store(tx, speaker, statements);
    const customer = events.reduce<CustomerFacts>(applyToCustomer, speaker.customer);
    await this.consents.keepFacts(tx, speaker.customerId, customer);
    const changes = statements.flatMap((statement) => this.suppression({ ...speaker, customer }, statement));
    if (changes.length > 0) await this.facts.changeSuppressions(tx, changes);
    return customer;
  }

  /** The events alone. @param key of the one about a medium, under which it is stored once; left out: each is another */
  async store(
    tx: Transaction,
    { shopId, customer, at, kind }: Speaker,
    statements: readonly Statement[],
    key?: (medium: Medium) => string,
  ): Promise<DomainEvent[]> {
    const occurredAt = toIso(at);
    const ref = refOf(customer);
    const said = statements.map((data) => ({ type: 'consent.changed' as const, occurredAt, customer: ref, data }));
    const bodies = said.map((event) => {
      const id = `consent:${key ? key(event.data.channel) : this.ids.next()}`;
      const body = JSON.stringify({ id, ...event });
      return { shopId, sourceId: shopId, kind, dedupeKey: id, headers: {}, body };
    });
    const stored = await this.inbox.store(bodies, tx);
    return said.map((event, index) => ({ ...event, id: `${stored[index]?.eventId}-0`, receivedAt: occurredAt }));
  }

  private suppression(
    { customer, address }: Speaker,
    { channel: medium, state, classes }: Statement,
  ): SuppressionChange[] {
    const change = this.changeOf(customer, medium, state, classes === undefined);
    const written = address?.medium === medium ? address.value : null;
    const addresses = new Set([addressOf(customer, medium), written].filter((known) => known !== null));
    if (!change) return [];
    return [...addresses].map((known) => {
      return { medium, fingerprint: this.secrets.fingerprint(known, 'address'), ...change };
    });
  }

  private changeOf(
    customer: CustomerFacts,
    medium: Medium,
    state: ConsentChange['state'],
    isGeneral: boolean,
  ): Pick<SuppressionChange, 'action' | 'saidAt'> | undefined {
    if (state === 'opted_in') {
      const saidAt = wantedSince(customer, medium);
      return saidAt === null ? undefined : { action: 'lift', saidAt };
    }
    return state === 'opted_out' && isGeneral && lastWish(customer, medium) === null ? { action: 'add' } : undefined;
  }
}

/**
 * What was said against an address before this no longer stands, since its owner has asked for messages; null: all of it stands. A word
 * for one class gives nobody the others back that an older word allows.
 */
export function wantedSince(customer: CustomerFacts, medium: Medium): Instant | null {
  const since = lastWish(customer, medium) === null ? null : askedForSince(customer, medium);
  return since === null ? null : toInstant(since);
}
