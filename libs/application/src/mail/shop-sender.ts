import type { Letterhead } from '#app/domain';

export const NO_LETTERHEAD: Letterhead = { color: null, logoUrl: null, address: null };

/** How a shop wants its e-mail to look; null: as the installation has it. */
export interface ShopSender {
  /** Name that mails come from; null: the name of the shop. */
  readonly name: string | null;
  /** Used once its domain is the shop's, see MailDomain; until then answers go there. */
  readonly email: string | null;
  readonly replyTo: string | null;
}

export const NO_SENDER: ShopSender = { name: null, email: null, replyTo: null };

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
