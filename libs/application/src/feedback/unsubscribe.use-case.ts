import { Injectable } from '@nestjs/common';
import { addressOf, type CustomerFacts, type Instant, type Letterhead, type Medium, toIso } from '#app/domain';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import { FindLink, noSuchLink, type OpenLink } from './find-link.js';
import { LinkEvents } from './link-events.js';
import { type LinkedMessageFacts, LinkStore } from './link-store.port.js';
import { SuppressAddresses } from './suppress-addresses.js';

/** Of an instant as ISO 8601. */
const MINUTE_CHARS = 16;

export interface UnsubscribePage {
  readonly shopName: string;
  readonly letterhead: Letterhead;
  readonly medium: Medium;
  /** The person's language, else the shop's. */
  readonly locale: string;
}

/** Ends everything but service messages to an address. In force when it returns: the fence of deliveries waits for it. */
@Injectable()
export class Unsubscribe {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly links: LinkStore,
    private readonly find: FindLink,
    private readonly addresses: SuppressAddresses,
    private readonly events: LinkEvents,
  ) {}

  /** For the page that asks; changes nothing. @throws PermanentError `not_found`, `gone` */
  async open(token: string): Promise<UnsubscribePage> {
    const link = await this.find.run(token, 'unsubscribe');
    return pageOf(await this.uow.inShop(link.shopId, (tx) => this.message(tx, link, false)));
  }

  /** As often as one likes. @throws PermanentError `not_found`, `gone` */
  async run(token: string): Promise<UnsubscribePage> {
    const link = await this.find.run(token, 'unsubscribe');
    const message = await this.uow.inShop(link.shopId, (tx) => this.optOut(tx, link));
    this.events.hint();
    return pageOf(message);
  }

  private async optOut(tx: Transaction, link: OpenLink): Promise<LinkedMessageFacts> {
    const message = await this.message(tx, link, true);
    const { medium, address, customer, now } = message;
    // where this mail went, and where the next one would go
    const addresses = [address, addressOf(customer, medium)].filter((known) => known !== null);
    await this.addresses.run(tx, medium, addresses, { scope: 'non_service', reason: 'unsubscribed' });
    const data = {
      channel: medium,
      state: 'opted_out',
      level: 'confirmed',
      proof: `unsubscribe link of message ${link.messageId}`,
    };
    await this.events.store(tx, link, message, {
      type: 'consent.changed',
      use: `unsubscribe:${stopOf(customer, medium, now)}`,
      at: now,
      data,
      withOrder: false,
    });
    return message;
  }

  private async message(tx: Transaction, link: OpenLink, lock: boolean): Promise<LinkedMessageFacts> {
    const message = await this.links.message(tx, link.messageId, lock);
    if (!message) throw noSuchLink();
    return message;
  }
}

function pageOf({ shopName, letterhead, medium, customer, shopLocale }: LinkedMessageFacts): UnsubscribePage {
  return { shopName, letterhead, medium, locale: customer.locale ?? shopLocale };
}

/** Names a withdrawal: one a minute, and each after they have agreed. An opt-in that isn't known yet may have come before another. */
export function stopOf(customer: CustomerFacts, medium: Medium, now: Instant): string {
  return `${lastOptIn(customer, medium)}:${toIso(now).slice(0, MINUTE_CHARS)}`;
}

/** When they last agreed, to all or to a class; empty when they never did. */
function lastOptIn({ consents, choices }: CustomerFacts, medium: Medium): string {
  const words = [consents[medium]?.statements.in, ...Object.values(choices?.[medium] ?? {}).map((each) => each.in)];
  return (
    words
      .flatMap((word) => word?.at ?? [])
      .toSorted()
      .at(-1) ?? ''
  );
}
