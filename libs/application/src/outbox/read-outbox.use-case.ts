import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { AuditTrail } from '../access/audit-trail.port.js';
import { type PricedText, pricedText } from '../delivery/text-settings.js';
import { LinkFactory } from '../feedback/link-factory.js';
import type { Page, PageRequest } from '../ports/page.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { Shops } from '../shops/shops.repository.js';
import { type OutboxFilter, type OutboxItem, OutboxReader, type StoredLetter } from './outbox-reader.port.js';

export interface Letter extends Omit<StoredLetter, 'shopName' | 'currency' | 'providerRef'> {
  /** Of an e-mail, those that Afterglow decides on. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** Of a text message. */
  readonly sms: PricedText | null;
}

/** Shows what went out, or was captured: the words as they were handed over, not as a template would write them today. */
@Injectable()
export class ReadOutbox {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly outbox: OutboxReader,
    private readonly links: LinkFactory,
    private readonly audit: AuditTrail,
    private readonly shops: Shops,
  ) {}

  list(shopId: string, filter: OutboxFilter, page: PageRequest): Promise<Page<OutboxItem>> {
    return this.unitOfWork.inShop(shopId, (tx) => this.outbox.list(tx, filter, page));
  }

  /** Who reads somebody's letter is noted. @throws PermanentError `not_found` */
  async open(shopId: string, id: string): Promise<Letter> {
    const { stored, texts } = await this.unitOfWork.inShop(shopId, async (tx) => {
      const found = await this.outbox.find(tx, id);
      if (found) await this.audit.note(tx, { action: 'read', subject: 'message', subjectId: id });
      return { stored: found, texts: await this.shops.texts(tx) };
    });
    if (stored === undefined)
      throw new PermanentError(
        'not_found',
        `There is no message ${id} in the outbox, or its content was erased. GET /api/v1/outbox lists what there is.`,
      );
    const { shopName: _shopName, currency, providerRef: _providerRef, ...letter } = stored;
    return {
      ...letter,
      headers: stored.medium === 'email' ? this.headersOf(stored) : [],
      sms: stored.medium === 'sms' ? pricedText(texts, stored.text, stored.to, currency) : null,
    };
  }

  private headersOf({ id, class: messageClass, shopName, to, subject, sentAt, providerRef }: StoredLetter) {
    const { unsubscribeUrl } = this.links.of({ id, class: messageClass, survey: null, now: 0 });
    const isMessageId = providerRef !== null && /^<.+>$/.test(providerRef);
    return [
      { name: 'From', value: shopName },
      { name: 'To', value: to ?? '' },
      { name: 'Subject', value: subject ?? '' },
      ...(sentAt === null ? [] : [{ name: 'Date', value: new Date(sentAt).toUTCString() }]),
      ...(isMessageId ? [{ name: 'Message-ID', value: providerRef }] : []),
      ...(unsubscribeUrl === null
        ? []
        : [
            { name: 'List-Unsubscribe', value: `<${unsubscribeUrl}>` },
            { name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
          ]),
    ];
  }
}
