import { Injectable } from '@nestjs/common';
import type { MailSender } from '../delivery/channel.js';
import { SecretPort } from '../ports/secret.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import { Shops } from '../shops/shops.repository.js';
import { MailAddresses, type MailPurpose } from './mail-addresses.js';
import { MailDomains } from './mail-domains.repository.js';
import { domainOf } from './shop-sender.js';

export const keyContext = (id: string): string => `mail-domain|${id}`;

export interface NamedSender {
  /** Null: the name of the shop. */
  readonly name: string | null;
  of(messageId: string): MailSender;
}

/** Who a shop's mail comes from. */
@Injectable()
export class SenderOfShop {
  constructor(
    private readonly shops: Shops,
    private readonly domains: MailDomains,
    private readonly secrets: SecretPort,
    private readonly addresses: MailAddresses,
  ) {}

  /**
   * An address of a domain that isn't the shop's is never put into From, where mailbox providers would take it for forged: it is
   * where answers go. What comes back to the message itself goes to addresses of ours, where mail comes to us.
   */
  async of(tx: Transaction, shopId: string): Promise<NamedSender> {
    const [{ name, email, replyTo }, sealed] = await Promise.all([this.shops.sender(tx), this.domains.keys(tx)]);
    const keys = sealed.map(({ id, domain, selector, sealedKey }) => ({
      domain,
      selector,
      privateKey: this.secrets.open(sealedKey, keyContext(id)),
    }));
    const isOwn = email !== null && keys.some(({ domain }) => domain === domainOf(email));
    const answers = replyTo ?? (isOwn ? null : email);
    return {
      name,
      of: (messageId) => {
        const address = (purpose: MailPurpose) => this.addresses.of({ purpose, shopId, messageId });
        return {
          from: isOwn ? email : null,
          replyTo: replyTo ?? address('reply') ?? answers,
          returnPath: address('bounce'),
          unsubscribe: address('unsubscribe'),
          keys,
        };
      },
    };
  }
}
