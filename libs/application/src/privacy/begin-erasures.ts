import { Injectable } from '@nestjs/common';
import { addDuration, type Instant, MEDIA_OF_IDENTITY } from '#app/domain';
import type { AddressOnMedium } from '../journeys/runtime/run-store.port.js';
import { IdPort } from '../ports/id.port.js';
import { SecretPort } from '../ports/secret.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import { ErasureStore } from './erasure-store.port.js';
import { fingerprintOf, type Name } from './names.js';
import {
  type NewPrivacyRequest,
  type PersonRows,
  type PrivacyRequest,
  PrivacyRequests,
} from './privacy-requests.repository.js';

/** What the law leaves for an answer. */
const ANSWER_WITHIN = 'P30D';

export type Asked = Pick<NewPrivacyRequest, 'origin' | 'reason' | 'reference'>;

/** Notes requests of people, and does at once of an erasure what can't wait: the rest is work for `RunErasures`. */
@Injectable()
export class BeginErasures {
  constructor(
    private readonly requests: PrivacyRequests,
    private readonly store: ErasureStore,
    private readonly secrets: SecretPort,
    private readonly ids: IdPort,
  ) {}

  async note(
    tx: Transaction,
    kind: PrivacyRequest['kind'],
    customerId: string,
    { origin, reason, reference }: Asked,
    now: Instant,
  ): Promise<string> {
    const id = this.ids.next();
    const dueAt = addDuration(now, ANSWER_WITHIN, 'UTC');
    await this.requests.add(tx, { id, kind, customerId, origin, reason, reference, requestedAt: now, dueAt });
    return id;
  }

  /** Expects the lock of the shop's intake, and a person who isn't erased. */
  async begin(tx: Transaction, person: PersonRows, asked: Asked, erasedAt: Instant): Promise<string> {
    const names = await this.store.namesOf(tx, person);
    const requestId = await this.note(tx, 'erase', person.customerId, asked, erasedAt);
    await this.store.begin(tx, {
      requestId,
      person,
      erasedAt,
      sealedNames: sealNames(this.secrets, requestId, names),
      fingerprints: names.map((name) => fingerprintOf(this.secrets, name)),
      addresses: names.flatMap((name) => this.addressOf(name)),
    });
    return requestId;
  }

  private addressOf({ kind, value }: Name): AddressOnMedium[] {
    const media = MEDIA_OF_IDENTITY[kind] ?? [];
    if (media.length === 0) return [];
    const fingerprint = Buffer.from(this.secrets.fingerprint(value, 'address')).toString('hex');
    return media.map((medium) => ({ medium, fingerprint }));
  }
}

function sealNames(secrets: SecretPort, requestId: string, names: readonly Name[]): string {
  return secrets.seal(JSON.stringify(names), contextOf(requestId));
}

export function openNames(secrets: SecretPort, requestId: string, sealed: string): Name[] {
  return JSON.parse(secrets.open(sealed, contextOf(requestId))) as Name[];
}

function contextOf(requestId: string): string {
  return `erasure|${requestId}`;
}
