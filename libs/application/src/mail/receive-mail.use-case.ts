import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { LinkStore } from '../feedback/link-store.port.js';
import { refOf } from '../feedback/person-ref.js';
import { InboxPort } from '../intake/inbox.port.js';
import { HintPort } from '../ports/hint.port.js';
import { RateLimits } from '../ports/rate-limits.port.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import type { StoredMail, TakenMail } from './inbound-mail.js';
import { MailAddresses, type MailRef } from './mail-addresses.js';

/** Takes mail to addresses that we made: who has one was written to. Stored before it is answered, as a webhook is. */
@Injectable()
export class ReceiveMail {
  constructor(
    private readonly addresses: MailAddresses,
    private readonly uow: UnitOfWork,
    private readonly links: LinkStore,
    private readonly inbox: InboxPort,
    private readonly hints: HintPort,
    private readonly rates: RateLimits,
  ) {}

  /** Whether mail to this address is taken at all. */
  isKnown(recipient: string): boolean {
    return this.addresses.read(recipient) !== null || this.addresses.takesComplaints(recipient);
  }

  /**
   * Returns once it is stored; the same mail again is stored once.
   * @param client address of the host that delivers it
   * @throws PermanentError `not_found` when it concerns no message of ours, TransientError `rate_limited`, `unavailable`
   */
  async run(recipient: string, mail: TakenMail, client: string): Promise<'accepted' | 'duplicate'> {
    const ref = this.addresses.read(recipient) ?? this.complainedOf(recipient, mail);
    if (!ref) throw noSuchMessage();
    this.rates.take('link', ref.messageId);
    this.rates.take('page', client);
    const outcome = await this.uow.inShop(ref.shopId, (tx) => this.store(tx, ref, mail));
    this.hints.hint('intake');
    return outcome;
  }

  private complainedOf(recipient: string, { reports, enclosed }: TakenMail): MailRef | null {
    const isReport = reports.some(({ type }) => type === 'message/feedback-report');
    if (!isReport || !this.addresses.takesComplaints(recipient)) return null;
    const ref = this.addresses.namedIn(enclosed);
    return ref && { ...ref, purpose: 'bounce' };
  }

  private async store(tx: Transaction, ref: MailRef, { hash, ...mail }: TakenMail): Promise<'accepted' | 'duplicate'> {
    const { shopId, messageId, purpose } = ref;
    const message = await this.links.message(tx, messageId, false);
    if (!message) throw noSuchMessage();
    const body: StoredMail = {
      ...mail,
      purpose,
      messageId,
      customer: refOf(message.customer),
      order: message.orderExternalId ?? undefined,
    };
    const dedupeKey = `mail:${purpose}:${messageId}:${hash}`;
    const [stored] = await this.inbox.store(
      [{ shopId, sourceId: shopId, kind: 'mail', dedupeKey, headers: {}, body: JSON.stringify(body) }],
      tx,
    );
    return stored?.outcome === 'accepted' ? 'accepted' : 'duplicate';
  }
}

function noSuchMessage(): PermanentError {
  return new PermanentError('not_found', 'This address belongs to no message of ours.');
}
