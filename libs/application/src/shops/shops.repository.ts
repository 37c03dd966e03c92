import type { ContactRules, Letterhead, Medium, ShopFacts } from '#app/domain';
import type { TextSettings } from '../delivery/text-settings.js';
import type { ShopSender } from '../mail/shop-sender.js';
import type { LinkSettingsOfShop } from '../feedback/track-links.js';
import type { Transaction } from '../ports/unit-of-work.port.js';

export interface ShopSettings {
  readonly name: string;
  readonly timeZone: string;
  readonly currency: string;
  readonly locale: string;
}

export abstract class Shops {
  /** @throws PermanentError `not_found` */
  abstract read(tx: Transaction): Promise<ShopFacts>;

  abstract insert(tx: Transaction, shop: ShopFacts): Promise<void>;

  abstract change(tx: Transaction, settings: Partial<ShopSettings>): Promise<void>;

  /** The rules in force: the defaults, and what the shop has set otherwise. */
  abstract contactRules(tx: Transaction): Promise<ContactRules>;

  /** Sets the rules that are named; null sets all back to their defaults. */
  abstract changeContactRules(tx: Transaction, change: Partial<ContactRules> | null): Promise<void>;

  /** Media in which a service message in doubt is sent once more. */
  abstract resendUnknown(tx: Transaction): Promise<readonly Medium[]>;

  abstract changeResendUnknown(tx: Transaction, media: readonly Medium[]): Promise<void>;

  /** Media in which an opt-in counts once the person has confirmed it. */
  abstract doubleOptIn(tx: Transaction): Promise<readonly Medium[]>;

  abstract changeDoubleOptIn(tx: Transaction, media: readonly Medium[]): Promise<void>;

  abstract sender(tx: Transaction): Promise<ShopSender>;

  /** Sets what is named; null sets all back. */
  abstract changeSender(tx: Transaction, change: Partial<ShopSender> | null): Promise<void>;

  abstract letterhead(tx: Transaction): Promise<Letterhead>;

  /** Sets what is named; null sets all back. */
  abstract changeLetterhead(tx: Transaction, change: Partial<Letterhead> | null): Promise<void>;

  abstract links(tx: Transaction): Promise<LinkSettingsOfShop>;

  /** Sets what is named; null sets all back. */
  abstract changeLinks(tx: Transaction, change: Partial<LinkSettingsOfShop> | null): Promise<void>;

  abstract texts(tx: Transaction): Promise<TextSettings>;

  /** Sets what is named; null sets all back. */
  abstract changeTexts(tx: Transaction, change: Partial<TextSettings> | null): Promise<void>;

  /** Waits for other processes that make the first shop, until the transaction ends. */
  abstract lockFirst(tx: Transaction): Promise<void>;

  /** Across shops: the id of the oldest shop. */
  abstract findFirst(tx: Transaction): Promise<string | null>;

  /** Across shops: all ids, that of the oldest first. */
  abstract findAll(tx: Transaction): Promise<readonly string[]>;
}
