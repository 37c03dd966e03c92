import { Injectable } from '@nestjs/common';
import type { ContactRules, Fault, Letterhead, Medium, ShopFacts } from '#app/domain';
import { UnaskedOptIns } from '../consent/unasked-opt-ins.js';
import { HeldMessages, type HeldPlace } from '../delivery/held-messages.port.js';
import type { TextSettings } from '../delivery/text-settings.js';
import type { LinkSettingsOfShop } from '../feedback/track-links.js';
import type { ShopSender } from '../mail/shop-sender.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import { budgetWarnings } from './budget-warnings.js';
import { Shops, type ShopSettings } from './shops.repository.js';

/** Messages of which a transaction may change the time. */
const RELEASED_AT_ONCE = 2_000;

/** A shop as its owner sees it. */
export interface ShopView extends ShopFacts {
  readonly contactRules: ContactRules;
  /** Media in which a service message in doubt is sent once more. */
  readonly resendUnknown: readonly Medium[];
  /** Media in which an opt-in counts once the person has confirmed it. */
  readonly doubleOptIn: readonly Medium[];
  readonly sender: ShopSender;
  readonly links: LinkSettingsOfShop;
  readonly letterhead: Letterhead;
  readonly texts: TextSettings;
  /** Settings that don't do what they are for. */
  readonly warnings: readonly Fault[];
}

export interface ShopChange extends Partial<ShopSettings> {
  /** The rules named here change; null sets all back to their defaults. */
  readonly contactRules?: Partial<ContactRules> | null;
  readonly resendUnknown?: readonly Medium[];
  readonly doubleOptIn?: readonly Medium[];
  /** What is named here changes; null sets all back. */
  readonly sender?: Partial<ShopSender> | null;
  /** The same. */
  readonly links?: Partial<LinkSettingsOfShop> | null;
  /** The same. */
  readonly letterhead?: Partial<Letterhead> | null;
  /** The same. */
  readonly texts?: Partial<TextSettings> | null;
}

@Injectable()
export class ManageShop {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly shops: Shops,
    private readonly optIns: UnaskedOptIns,
    private readonly held: HeldMessages,
  ) {}

  read(shopId: string): Promise<ShopView> {
    return this.unitOfWork.inShop(shopId, (tx) => this.view(tx));
  }

  async change(shopId: string, change: ShopChange): Promise<ShopView> {
    const view = await this.write(shopId, change);
    const { contactRules } = change;
    if (contactRules === null || contactRules?.shopPerMonth !== undefined) await this.releaseBudget(shopId);
    return view;
  }

  /** There may be any number of them: in parts, and while the shop goes on sending. */
  private async releaseBudget(shopId: string): Promise<void> {
    await this.unitOfWork.inShop(shopId, (tx) => this.held.awaitBudget(tx));
    for (let after: HeldPlace | null | undefined; after !== null;) {
      const from: HeldPlace | null = after ?? null;
      after = await this.unitOfWork.inShop(shopId, (tx) => this.held.releaseBudget(tx, from, RELEASED_AT_ONCE));
    }
  }

  private write(shopId: string, change: ShopChange): Promise<ShopView> {
    const { contactRules, resendUnknown, doubleOptIn, sender, links, letterhead, texts, ...settings } = change;
    return this.unitOfWork.inShop(shopId, async (tx) => {
      await this.shops.change(tx, settings);
      if (contactRules !== undefined) await this.shops.changeContactRules(tx, contactRules);
      if (resendUnknown !== undefined) await this.shops.changeResendUnknown(tx, resendUnknown);
      if (doubleOptIn !== undefined) await this.shops.changeDoubleOptIn(tx, doubleOptIn);
      if (sender !== undefined) await this.shops.changeSender(tx, sender);
      if (links !== undefined) await this.shops.changeLinks(tx, links);
      if (letterhead !== undefined) await this.shops.changeLetterhead(tx, letterhead);
      if (texts !== undefined) await this.shops.changeTexts(tx, texts);
      return this.view(tx);
    });
  }

  private async view(tx: Transaction): Promise<ShopView> {
    const [shop, contactRules, resendUnknown, doubleOptIn, sender, links, letterhead, texts] = await Promise.all([
      this.shops.read(tx),
      this.shops.contactRules(tx),
      this.shops.resendUnknown(tx),
      this.shops.doubleOptIn(tx),
      this.shops.sender(tx),
      this.shops.links(tx),
      this.shops.letterhead(tx),
      this.shops.texts(tx),
    ]);
    const warnings = [...unasked(await this.optIns.media(tx), doubleOptIn), ...budgetWarnings(contactRules, texts)];
    return { ...shop, contactRules, resendUnknown, doubleOptIn, sender, links, letterhead, texts, warnings };
  }
}

function unasked(media: readonly Medium[], doubleOptIn: readonly Medium[]): Fault[] {
  return media.map((medium) => ({
    pointer: `/doubleOptIn/${doubleOptIn.indexOf(medium)}`,
    code: 'double-opt-in.unasked',
    message: `Opt-ins by ${medium} wait to be confirmed, and no live journey asks for it: none of them will count. Publish the preset confirm-subscription, or a service journey that begins by a pending consent.changed and shows links.confirm by ${medium}.`,
  }));
}
