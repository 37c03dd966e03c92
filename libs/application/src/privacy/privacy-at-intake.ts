import { Injectable } from '@nestjs/common';
import type { Instant } from '#app/domain';
import { FactsStore } from '../facts/facts-store.port.js';
import type { ClaimedBody } from '../intake/inbox.port.js';
import type { FoldedEvent } from '../journeys/journey-runtime.port.js';
import { SecretPort } from '../ports/secret.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import { BeginErasures } from './begin-erasures.js';
import { emailsIn, fingerprintOf, type Name, phonesIn } from './names.js';
import { PrivacyRequests } from './privacy-requests.repository.js';

/** What intake does for privacy: it hears requests that senders tell, and keeps nothing that names the erased. */
@Injectable()
export class PrivacyAtIntake {
  constructor(
    private readonly requests: PrivacyRequests,
    private readonly erasures: BeginErasures,
    private readonly facts: FactsStore,
    private readonly secrets: SecretPort,
  ) {}

  /** Returns how many erasures have begun. After the journeys have heard of the events. */
  async hear(tx: Transaction, events: readonly FoldedEvent[], now: Instant): Promise<number> {
    let begun = 0;
    for (const { event, customerId } of events) {
      if (event.type === 'customer.data_requested')
        await this.erasures.note(tx, 'export', customerId, bySender(event.data.reference), now);
      if (event.type === 'customer.redacted' && (await this.erase(tx, customerId, event.data.reference, now)))
        begun += 1;
    }
    return begun;
  }

  /** Of bodies that led to nothing those that name an erased person by an address: nothing else would ever find them. */
  async namingErased(tx: Transaction, bodies: readonly ClaimedBody[]): Promise<ReadonlySet<string>> {
    const named = bodies.map(({ id, body }) => ({
      id,
      fingerprints: addressesIn(body).map((name) => fingerprintOf(this.secrets, name)),
    }));
    const all = named.flatMap(({ fingerprints }) => fingerprints);
    if (all.length === 0) return new Set();
    const erased = await this.facts.erasedNames(tx, all);
    const isErased = (fingerprint: Uint8Array): boolean => erased.has(Buffer.from(fingerprint).toString('hex'));
    return new Set(named.filter(({ fingerprints }) => fingerprints.some(isErased)).map(({ id }) => id));
  }

  private async erase(
    tx: Transaction,
    customerId: string,
    reference: string | undefined,
    now: Instant,
  ): Promise<boolean> {
    const person = await this.requests.person(tx, customerId);
    if (person === null || (await this.requests.erasureOf(tx, customerId)) !== null) return false;
    await this.erasures.begin(tx, person, bySender(reference), now);
    return true;
  }
}

function bySender(reference: string | undefined) {
  return { origin: 'sender', reason: null, reference: reference ?? null } as const;
}

function addressesIn(body: string): Name[] {
  return [
    ...emailsIn(body).map((value): Name => ({ kind: 'email', value })),
    ...phonesIn(body).map((digits): Name => ({ kind: 'phone', value: `+${digits}` })),
  ];
}
