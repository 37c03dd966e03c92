import { Injectable } from '@nestjs/common';
import { isPhoneMedium } from '#app/domain';
import type { OutboundMessage } from '../delivery/channel.js';
import type { MessageContent } from '../delivery/delivery-store.port.js';
import { type PricedText, pricedText } from '../delivery/text-settings.js';
import { FactsReader } from '../facts/facts.repository.js';
import { SenderOfShop } from '../mail/sender-of-shop.js';
import { IdPort } from '../ports/id.port.js';
import { SecretPort } from '../ports/secret.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import { Shops } from '../shops/shops.repository.js';
import type { PreviewedMessage } from './preview-messages.use-case.js';

const MARK = '[Test]';

/** A previewed message as a channel takes it. */
@Injectable()
export class TestLetters {
  constructor(
    private readonly facts: FactsReader,
    private readonly senders: SenderOfShop,
    private readonly ids: IdPort,
    private readonly secrets: SecretPort,
    private readonly shops: Shops,
  ) {}

  /** Null for what isn't a text message. */
  async price(tx: Transaction, { medium, text, to }: OutboundMessage): Promise<PricedText | null> {
    if (medium !== 'sms') return null;
    const [{ currency }, texts] = await Promise.all([this.shops.read(tx), this.shops.texts(tx)]);
    return pricedText(texts, text, to, currency);
  }

  async write(
    tx: Transaction,
    letter: TestLetter,
    { medium, to }: Pick<OutboundMessage, 'medium' | 'to'>,
  ): Promise<OutboundMessage> {
    const shop = await this.facts.shop(tx);
    const named = medium === 'email' ? await this.senders.of(tx, shop.id) : null;
    const id = this.ids.next();
    return {
      id,
      key: Buffer.from(this.secrets.sha256(`test ${id}`)).toString('hex'),
      medium,
      to,
      fromName: named?.name ?? shop.name,
      subject: letter.subject === null ? null : `${MARK} ${letter.subject}`,
      // approved words go as they are
      text: isPhoneMedium(medium) && !letter.approved ? `${MARK} ${letter.text}` : letter.text,
      html: letter.html,
      approved: letter.approved,
      // a test has nobody to unsubscribe
      unsubscribeUrl: null,
      // nor is there a message that a bounce of it would be about
      sender: named === null ? undefined : { ...named.of(id), returnPath: null, unsubscribe: null },
    };
  }
}

export interface TestLetter extends MessageContent, Pick<PreviewedMessage, 'template' | 'locale'> {}
