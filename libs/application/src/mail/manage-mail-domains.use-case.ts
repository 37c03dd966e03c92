import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { IdPort } from '../ports/id.port.js';
import type { Page, PageRequest } from '../ports/page.js';
import { SecretPort } from '../ports/secret.port.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { DnsRecords } from './dns-records.port.js';
import { type MailDomain, MailDomains } from './mail-domains.repository.js';
import { domainRecordName, type FoundKey, lookForKey } from './look-for-key.js';
import { keyContext } from './sender-of-shop.js';

/** Mailbox providers refuse shorter ones; longer ones don't fit into a record of many DNS servers. */
const KEY_BITS = 2048;
/** Each key is opened for every batch of mails. */
const MAX_DOMAINS = 20;

const makeKeyPair = promisify(generateKeyPair);

interface DnsRecord {
  readonly name: string;
  readonly type: 'TXT';
  readonly value: string;
}

/** A domain with the record that is to be published. */
export interface MailDomainView extends MailDomain {
  readonly record: DnsRecord;
}

export interface MailDomainCheck extends MailDomainView {
  /** What the DNS says. `other`: a record stands there, with another key. */
  readonly found: FoundKey;
  /** The DMARC policy of the domain, which Gmail and Yahoo ask for; null: there is none. */
  readonly dmarc: string | null;
}

/** Domains that a shop sends from. A domain is the shop's when its DNS holds the key that we made for it. */
@Injectable()
export class ManageMailDomains {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly domains: MailDomains,
    private readonly secrets: SecretPort,
    private readonly ids: IdPort,
    private readonly dns: DnsRecords,
  ) {}

  async list(shopId: string, page: PageRequest): Promise<Page<MailDomainView>> {
    const { items, next } = await this.uow.inShop(shopId, (tx) => this.domains.list(tx, page));
    return { items: items.map(viewOf), next };
  }

  /**
   * Makes a key. The same domain again: a further key, which signs as soon as its record is found, instead of the older one.
   * @throws PermanentError `conflict` at the most that a shop may have
   */
  async add(shopId: string, domain: string): Promise<MailDomainView> {
    // takes a while and needs no connection
    const { publicKey, privateKey } = await makeKeyPair('rsa', {
      modulusLength: KEY_BITS,
      publicKeyEncoding: { type: 'spki', format: 'der' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const id = this.ids.next();
    const selector = `ag${id.replaceAll('-', '').slice(-12)}`;
    return this.uow.inShop(shopId, async (tx) => {
      if ((await this.domains.count(tx)) >= MAX_DOMAINS)
        throw new PermanentError(
          'conflict',
          `A shop has at most ${MAX_DOMAINS} keys of domains. Remove one that is no longer used: DELETE /api/v1/mail-domains/:id.`,
        );
      const sealedKey = this.secrets.seal(privateKey, keyContext(id));
      await this.domains.insert(tx, { id, domain, selector, publicKey: publicKey.toString('base64'), sealedKey });
      return viewOf(found(await this.domains.find(tx, id), id));
    });
  }

  /**
   * Looks into the DNS: with the record there mails are signed from now on, without it no longer.
   * @throws PermanentError `not_found`, TransientError `unavailable` when no DNS server answers; then all stays as it was
   */
  async check(shopId: string, id: string): Promise<MailDomainCheck> {
    const domain = await this.uow.inShop(shopId, async (tx) => found(await this.domains.find(tx, id), id));
    const [state, policies] = await Promise.all([
      lookForKey(this.dns, domain),
      this.dns.txt(`_dmarc.${domain.domain}`),
    ]);
    const checked = await this.uow.inShop(shopId, async (tx) => {
      await this.domains.noteCheck(tx, id, state === 'right', 0);
      return found(await this.domains.find(tx, id), id);
    });
    const dmarc = policies.find((text) => /^v=DMARC1\b/i.test(text)) ?? null;
    return { ...viewOf(checked), found: state, dmarc };
  }

  /** Mails are no longer signed by it; an address of the domain is no longer put into From unless there is another key. */
  async remove(shopId: string, id: string): Promise<void> {
    if (!(await this.uow.inShop(shopId, (tx) => this.domains.remove(tx, id)))) throw noDomain(id);
  }
}

function viewOf(domain: MailDomain): MailDomainView {
  return {
    ...domain,
    record: { name: domainRecordName(domain), type: 'TXT', value: `v=DKIM1; k=rsa; p=${domain.publicKey}` },
  };
}

function found(domain: MailDomain | null, id: string): MailDomain {
  if (domain === null) throw noDomain(id);
  return domain;
}

function noDomain(id: string): PermanentError {
  return new PermanentError('not_found', `This shop has no mail domain ${id}. GET /api/v1/mail-domains lists them.`);
}
