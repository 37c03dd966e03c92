import type { ContactHistory, ContactRules, Instant, Medium, MonthBudget, OrderFacts, Spending } from '#app/domain';
import type { Transaction } from '../ports/unit-of-work.port.js';
import type { DueMessage } from './delivery-store.port.js';

/** What is known of one person when messages to them are judged. */
export interface PersonBook {
  /** The record that the person's others were merged into. */
  readonly person: string;
  /** IANA name; null where unknown. */
  readonly timeZone: string | null;
  /** ISO 3166-1 alpha-2; null where unknown. */
  readonly country: string | null;
  /** E.164; null where unknown. */
  readonly phone: string | null;
  readonly history: ContactHistory;
  /** By our id. */
  readonly orders: ReadonlyMap<string, OrderFacts>;
}

/** Everything that judgements of one fence rest on. */
export interface ContactBooks {
  readonly rules: ContactRules;
  readonly shopZone: string;
  /** ISO 4217. */
  readonly currency: string;
  /** Business time. */
  readonly now: Instant;
  /** By the customer id that messages name; nobody where all rules are off. */
  readonly people: ReadonlyMap<string, PersonBook>;
  /** Messages of the medium that the shop has handed over on its present day; null where nothing limits them, or nobody asked. */
  readonly handedToday: number | null;
  /** What they have come to in the shop's present month, and may; null as above. */
  readonly month: { readonly budget: MonthBudget; readonly spent: Spending } | null;
}

export type JudgedMessage = Pick<DueMessage, 'id' | 'customerId' | 'now'>;

/** Reads what counts for and against further messages to people. */
export abstract class ContactStore {
  /**
   * The books on the people of these messages, in a fixed number of statements. Where they are to decide, the people must be locked
   * against other fences before. The messages themselves are nobody's rivals.
   * @param fenced the medium by which they are about to be handed over: counts of the day and the month that are limited are held until the end
   */
  abstract books(tx: Transaction, messages: readonly JudgedMessage[], fenced?: Medium): Promise<ContactBooks>;
}
