import { minorDigits } from '../money.js';
import { endOfMonth, endOfDay, type Instant, localDate } from '../time/instant.js';
import type { ContactFacts, TimedBlock } from './block.js';
import type { ContactCandidate, ContactHistory, ShopDay, ShopMonth } from './contact-history.js';

const MICROS = 1_000_000;

/** What the whole shop may send, and what it may spend, whoever the message is for. */
export function shopLimits(
  candidate: ContactCandidate,
  { shopDay, shopMonth }: ContactHistory,
  at: Instant,
): (TimedBlock | null)[] {
  return [shopCeiling(shopDay, at), shopBudget(candidate, shopMonth, at)];
}

/** The month that a clock on the shop's wall shows, such as `2026-03`. */
export function localMonth(at: Instant, zone: string): string {
  return localDate(at, zone).slice(0, 7);
}

/** Minor units in millionths of the currency's unit. */
export function toMicros(amount: number, currency: string): number {
  return (amount * MICROS) / 10 ** minorDigits(currency);
}

/** The other way, to the hundredth of a minor unit: for people to read. */
export function toMinor(costMicros: number, currency: string): number {
  return Math.round((costMicros / toMicros(1, currency)) * 100) / 100;
}

function shopCeiling(shop: ShopDay | undefined, at: Instant): TimedBlock | null {
  if (!shop || shop.handed < shop.limit || localDate(at, shop.zone) !== shop.day) return null;
  const { limit, handed, day, zone } = shop;
  return { reason: 'shop-ceiling', until: endOfDay(day, zone), facts: { limit, handed, day, zone } };
}

function shopBudget(candidate: ContactCandidate, shop: ShopMonth | undefined, at: Instant): TimedBlock | null {
  if (!shop || localMonth(at, shop.zone) !== shop.month) return null;
  const { month, zone } = shop;
  const facts = tooMany(shop) ?? tooDear(shop, candidate.costMicros ?? 0);
  return facts && { reason: 'shop-budget', until: endOfMonth(month, zone), facts: { ...facts, month, zone } };
}

function tooMany({ budget: { messages: limit }, spent }: ShopMonth): ContactFacts | null {
  return limit === undefined || spent.messages < limit ? null : { of: 'messages', limit, spent: spent.messages };
}

/** A message that would take more than is left waits, and a cheaper one may still go. */
function tooDear(
  { budget: { cost: limit }, spent: { costMicros }, currency }: ShopMonth,
  own: number,
): ContactFacts | null {
  if (limit === undefined) return null;
  const most = toMicros(limit, currency);
  if (costMicros < most && costMicros + own <= most) return null;
  return { of: 'cost', limit, spent: toMinor(costMicros, currency), cost: toMinor(own, currency), currency };
}
