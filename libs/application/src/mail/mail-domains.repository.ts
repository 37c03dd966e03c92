import type { Instant } from '#app/domain';
import type { Page, PageRequest } from '../ports/page.js';
import type { Transaction } from '../ports/unit-of-work.port.js';

/** A domain that mails come from, with the key that signs them. Two rows of a domain are two keys: the older one while a newer is published. */
export interface MailDomain {
  readonly id: string;
  readonly domain: string;
  /** The record stands at `<selector>._domainkey.<domain>`. */
  readonly selector: string;
  /** Base64 of the SubjectPublicKeyInfo, as the record holds it. */
  readonly publicKey: string;
  readonly createdAt: Instant;
  readonly checkedAt: Instant | null;
  /** Set while the last look found the record in the DNS: then the domain is the shop's. */
  readonly verifiedAt: Instant | null;
}

export interface NewMailDomain extends Pick<MailDomain, 'id' | 'domain' | 'selector' | 'publicKey'> {
  readonly sealedKey: string;
}

export interface SealedDkimKey extends Pick<MailDomain, 'id' | 'domain' | 'selector'> {
  readonly sealedKey: string;
}

export abstract class MailDomains {
  abstract list(tx: Transaction, page: PageRequest): Promise<Page<MailDomain>>;

  abstract count(tx: Transaction): Promise<number>;

  abstract find(tx: Transaction, id: string): Promise<MailDomain | null>;

  abstract insert(tx: Transaction, domain: NewMailDomain): Promise<void>;

  /** Domains of all shops that are to be looked at again; they are nobody else's for an hour. */
  abstract claimDue(tx: Transaction, limit: number): Promise<{ readonly shopId: string; readonly id: string }[]>;

  /**
   * Notes what a look into the DNS has found. A verified domain stays so through `patience` looks in a row that find nothing.
   * False when there is no such domain any more.
   */
  abstract noteCheck(tx: Transaction, id: string, isFound: boolean, patience: number): Promise<boolean>;

  /** False when there was none. */
  abstract remove(tx: Transaction, id: string): Promise<boolean>;

  /** Of each verified domain the newest key. */
  abstract keys(tx: Transaction): Promise<SealedDkimKey[]>;
}
