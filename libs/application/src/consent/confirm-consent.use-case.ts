import { Injectable } from '@nestjs/common';
import {
  addressOf,
  isErased,
  type Letterhead,
  type OptionalClass,
  PermanentError,
  standingOf,
  toInstant,
} from '#app/domain';
import { FactsStore } from '../facts/facts-store.port.js';
import { noSuchLink } from '../feedback/find-link.js';
import { type LinkedMessageFacts, LinkStore } from '../feedback/link-store.port.js';
import { HintPort } from '../ports/hint.port.js';
import { SecretPort } from '../ports/secret.port.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import { type AskedConsent, askedConsent, CONFIRM_DAYS } from './asked-consent.js';
import { MessageCodes, type MessagePlace } from './message-codes.js';
import { StateConsent } from './state-consent.js';
import { proofOf, type Witness } from './witness.js';

const DAY_MS = 86_400_000;

export interface ConfirmPage {
  readonly shopName: string;
  readonly letterhead: Letterhead;
  readonly locale: string;
  readonly medium: AskedConsent['medium'];
  /** Left out: all of them. */
  readonly classes: AskedConsent['classes'];
  readonly isConfirmed: boolean;
}

/** The second half of a double opt-in: whoever reads the mail says that it was they who asked for messages. */
@Injectable()
export class ConfirmConsent {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly links: LinkStore,
    private readonly codes: MessageCodes,
    private readonly facts: FactsStore,
    private readonly consents: StateConsent,
    private readonly secrets: SecretPort,
    private readonly hints: HintPort,
  ) {}

  /** Changes nothing. @throws PermanentError `not_found`, `gone` */
  open(code: string): Promise<ConfirmPage> {
    return this.inShop(code, async (tx, place) => {
      const { message, asked } = await this.request(tx, place, false);
      return pageOf(message, asked, isConfirmed(message, asked));
    });
  }

  /** In force when it returns; the second time changes nothing. @throws PermanentError `not_found`, `gone` */
  async run(code: string, witness: Witness): Promise<ConfirmPage> {
    const page = await this.inShop(code, async (tx, place) => {
      await this.facts.lockIntake(tx);
      const { message, asked } = await this.request(tx, place, true);
      if (!isConfirmed(message, asked)) await this.state(tx, place, message, asked, witness);
      return pageOf(message, asked, true);
    });
    this.hints.hint('intake');
    return page;
  }

  private async state(
    tx: Transaction,
    { shopId }: MessagePlace,
    { messageId, customerId, customer, now: at, medium: sentBy, address }: LinkedMessageFacts,
    { medium: channel, classes }: AskedConsent,
    witness: Witness,
  ): Promise<void> {
    const proof = proofOf(witness, `confirmation of message ${messageId}`, ['confirm'], this.secrets);
    const sentTo = address === null ? {} : { address: { medium: sentBy, value: address } };
    await this.consents.run(tx, { shopId, customerId, customer, at, kind: 'link', ...sentTo }, [
      { channel, state: 'opted_in', level: 'confirmed', proof, ...(classes && { classes }) },
    ]);
  }

  private inShop<T>(code: string, work: (tx: Transaction, place: MessagePlace) => Promise<T>): Promise<T> {
    const place = this.codes.placeOf('confirm', code);
    return this.uow.inShop(place.shopId, (tx) => work(tx, place));
  }

  private async request(
    tx: Transaction,
    { messageId }: MessagePlace,
    lock: boolean,
  ): Promise<{ message: LinkedMessageFacts; asked: AskedConsent }> {
    const message = await this.links.message(tx, messageId, lock);
    const asked = message && askedConsent(message.context);
    if (!asked || asked.medium !== message.medium || isErased(message.customer)) throw noSuchLink();
    if (message.now - message.plannedAt > CONFIRM_DAYS * DAY_MS || hasMoved(message))
      throw new PermanentError('gone', 'This link is too old to be used.');
    return { message, asked };
  }
}

/** Who reads the mail speaks for the address that it went to, and for no other. */
function hasMoved({ customer, medium, address }: LinkedMessageFacts): boolean {
  return address !== null && address !== addressOf(customer, medium);
}

function isConfirmed({ customer, plannedAt }: LinkedMessageFacts, { medium, classes }: AskedConsent): boolean {
  const about: readonly OptionalClass[] = classes ?? ['marketing'];
  return about.every((each) => {
    const { state, by } = standingOf(customer, each, medium);
    return state === 'opted_in' && by?.level === 'confirmed' && toInstant(by.at) >= plannedAt;
  });
}

function pageOf(
  { shopName, letterhead, customer, shopLocale }: LinkedMessageFacts,
  { medium, classes }: AskedConsent,
  isDone: boolean,
): ConfirmPage {
  return { shopName, letterhead, locale: customer.locale ?? shopLocale, medium, classes, isConfirmed: isDone };
}
