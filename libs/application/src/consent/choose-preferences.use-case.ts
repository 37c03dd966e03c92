import { Injectable } from '@nestjs/common';
import {
  addressOf,
  type CustomerFacts,
  isErased,
  type Letterhead,
  mayContact,
  MEDIA,
  type Medium,
  OPTIONAL_CLASSES,
  type OptionalClass,
  PermanentError,
} from '#app/domain';
import { DeliveryStore } from '../delivery/delivery-store.port.js';
import { FactsStore } from '../facts/facts-store.port.js';
import { noSuchLink } from '../feedback/find-link.js';
import { type LinkedMessageFacts, LinkStore } from '../feedback/link-store.port.js';
import { SuppressAddresses } from '../feedback/suppress-addresses.js';
import { stopOf } from '../feedback/unsubscribe.use-case.js';
import { HintPort } from '../ports/hint.port.js';
import { SecretPort } from '../ports/secret.port.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import { Shops } from '../shops/shops.repository.js';
import { MessageCodes, type MessagePlace } from './message-codes.js';
import { type Speaker, StateConsent, type Statement } from './state-consent.js';
import { proofOf, type Witness } from './witness.js';

const DAY_MS = 86_400_000;
/** As long as the link to unsubscribe of the same message. */
const VALID_DAYS = 730;

export interface MediumChoices {
  readonly medium: Medium;
  /** False where messages came back: nothing is sent there whatever is chosen. */
  readonly isReachable: boolean;
  readonly classes: readonly ClassChoice[];
}

interface ClassChoice {
  readonly class: OptionalClass;
  readonly isOn: boolean;
  /** It would be on if nothing stood against the address. */
  readonly stands: boolean;
}

export interface PreferencesPage {
  readonly shopName: string;
  readonly letterhead: Letterhead;
  /** The person's language, else the shop's. */
  readonly locale: string;
  readonly media: readonly MediumChoices[];
  /** Where what has just been chosen counts once it is confirmed by a message that goes there. */
  readonly waiting: readonly Medium[];
}

/** What a form says, each as `email.marketing`. */
export interface ChosenBoxes {
  readonly ticked: ReadonlySet<string>;
  /** Those that were ticked when the page was shown: what has been withdrawn since isn't given again by an old page. */
  readonly shown: ReadonlySet<string>;
}

/** Shows somebody which messages they get, and takes what they choose. In force when it returns. */
@Injectable()
export class ChoosePreferences {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly links: LinkStore,
    private readonly codes: MessageCodes,
    private readonly facts: FactsStore,
    private readonly deliveries: DeliveryStore,
    private readonly consents: StateConsent,
    private readonly addresses: SuppressAddresses,
    private readonly secrets: SecretPort,
    private readonly hints: HintPort,
    private readonly shops: Shops,
  ) {}

  /** Changes nothing. @throws PermanentError `not_found`, `gone` */
  open(code: string): Promise<PreferencesPage> {
    return this.inShop(code, async (tx, place) => this.page(tx, await this.message(tx, place, false)));
  }

  /** As often as one likes: what is so already isn't said again. @throws PermanentError `not_found`, `gone` */
  async save(code: string, boxes: ChosenBoxes, witness: Witness): Promise<PreferencesPage> {
    const page = await this.inShop(code, async (tx, place) => {
      await this.facts.lockIntake(tx);
      const message = await this.message(tx, place, true);
      const before = await this.page(tx, message);
      const asking = await this.shops.doubleOptIn(tx);
      const statements = before.media
        .flatMap((choices) => this.statements(message, choices, boxes, witness))
        .map((said) => (asking.includes(said.channel) ? waiting(said, message) : said));
      if (statements.length === 0) return before;
      const customer = await this.consents.run(tx, speakerOf(place, message), statements);
      const held = statements.filter(({ state }) => state === 'pending').map(({ channel }) => channel);
      return { ...(await this.page(tx, { ...message, customer })), waiting: [...new Set(held)] };
    });
    this.hints.hint('intake');
    return page;
  }

  /** Ends everything but service messages, by every medium. Waits for nothing. @throws PermanentError `not_found`, `gone` */
  async stop(code: string, witness: Witness): Promise<PreferencesPage> {
    const page = await this.inShop(code, async (tx, place) => {
      const message = await this.message(tx, place, true);
      const proof = proofOf(witness, placeOf(message), ['stop'], this.secrets);
      const media = MEDIA.filter((medium) => addressesOf(message, medium).length > 0);
      for (const medium of media)
        await this.addresses.run(tx, medium, addressesOf(message, medium), {
          scope: 'non_service',
          reason: 'unsubscribed',
        });
      const said = { state: 'opted_out' as const, level: 'confirmed' as const, proof };
      // also of whom it is known already: an opt-in may wait to be worked on
      await this.consents.store(
        tx,
        speakerOf(place, message),
        media.map((channel) => ({ channel, ...said })),
        (medium) => `stop:${message.messageId}:${medium}:${stopOf(message.customer, medium, message.now)}`,
      );
      return this.page(tx, message);
    });
    this.hints.hint('intake');
    return page;
  }

  private inShop<T>(code: string, work: (tx: Transaction, place: MessagePlace) => Promise<T>): Promise<T> {
    const place = this.codes.placeOf('preferences', code);
    return this.uow.inShop(place.shopId, (tx) => work(tx, place));
  }

  private async message(tx: Transaction, { messageId }: MessagePlace, lock: boolean): Promise<LinkedMessageFacts> {
    const message = await this.links.message(tx, messageId, lock);
    if (!message || isErased(message.customer)) throw noSuchLink();
    if (message.now - message.plannedAt > VALID_DAYS * DAY_MS)
      throw new PermanentError('gone', 'This link is too old to be used.');
    return message;
  }

  private async page(
    tx: Transaction,
    { customer, shopName, letterhead, shopLocale, medium: linked }: LinkedMessageFacts,
  ): Promise<PreferencesPage> {
    const media: MediumChoices[] = [];
    for (const medium of MEDIA) {
      const address = addressOf(customer, medium);
      if (address !== null && (medium === linked || isOffered(customer, medium)))
        media.push(await this.choices(tx, customer, medium, address));
    }
    return { shopName, letterhead, locale: customer.locale ?? shopLocale, media, waiting: [] };
  }

  private async choices(
    tx: Transaction,
    customer: CustomerFacts,
    medium: Medium,
    address: string,
  ): Promise<MediumChoices> {
    const fingerprint = Buffer.from(this.secrets.fingerprint(address, 'address')).toString('hex');
    const scope = (await this.deliveries.suppressed(tx, medium, [fingerprint])).get(fingerprint);
    const classes = OPTIONAL_CLASSES.map((each) => ({
      class: each,
      isOn: mayContact(customer, each, medium, scope ?? null).allowed,
      stands: mayContact(customer, each, medium, null).allowed,
    }));
    return { medium, isReachable: scope !== 'all', classes };
  }

  private statements(
    message: LinkedMessageFacts,
    { medium: channel, isReachable, classes }: MediumChoices,
    { ticked, shown }: ChosenBoxes,
    witness: Witness,
  ): Statement[] {
    const isTicked = (each: OptionalClass): boolean => ticked.has(boxOf(channel, each));
    const given = classes
      .filter((each) => isReachable && !each.isOn && isTicked(each.class) && !shown.has(boxOf(channel, each.class)))
      .map((each) => each.class);
    // what stood against the address goes: what it alone kept back was not asked for
    const comesBack = (each: ClassChoice): boolean =>
      given.length > 0 && !each.isOn && each.stands && !given.includes(each.class);
    const refused = classes
      .filter((each) => (each.isOn && !isTicked(each.class)) || comesBack(each))
      .map((each) => each.class);
    const isNothingLeft = classes.every((each) => !each.isOn || refused.includes(each.class)) && given.length === 0;
    const say = (state: 'opted_in' | 'opted_out', about: readonly OptionalClass[], isAll: boolean): Statement[] => {
      if (about.length === 0) return [];
      const names = about.map((each) => boxOf(channel, each));
      const proof = proofOf(witness, placeOf(message), names, this.secrets);
      return [{ channel, state, level: 'confirmed', proof, ...(isAll ? {} : { classes: about }) }];
    };
    return [...say('opted_out', refused, isNothingLeft), ...say('opted_in', given, false)];
  }
}

export function boxOf(medium: Medium, messageClass: OptionalClass): string {
  return `${medium}.${messageClass}`;
}

/** Who reads one medium hasn't shown that the address of another is theirs: what they agree to there waits to be confirmed. */
function waiting(said: Statement, { medium }: LinkedMessageFacts): Statement {
  if (said.state !== 'opted_in' || said.channel === medium) return said;
  return { ...said, state: 'pending', level: 'single' };
}

function placeOf({ messageId }: LinkedMessageFacts): string {
  return `preference page of message ${messageId}`;
}

/** A shop needn't write on WhatsApp: it is shown to those who have said something of it. */
function isOffered({ consents, choices }: CustomerFacts, medium: Medium): boolean {
  return medium !== 'whatsapp' || (consents[medium] ?? choices?.[medium]) !== undefined;
}

function speakerOf({ shopId }: MessagePlace, message: LinkedMessageFacts): Speaker {
  const { customerId, customer, now: at, medium, address } = message;
  return {
    shopId,
    customerId,
    customer,
    at,
    kind: 'link',
    ...(address === null ? {} : { address: { medium, value: address } }),
  };
}

/** Where the next message would go, and where this one went. */
function addressesOf({ customer, medium: sentBy, address }: LinkedMessageFacts, medium: Medium): string[] {
  const sentTo = sentBy === medium ? address : null;
  return [...new Set([addressOf(customer, medium), sentTo].filter((known) => known !== null))];
}
