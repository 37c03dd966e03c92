import {
  type ContactHistory,
  type ContactJudgement,
  isPhoneMedium,
  judgeContact,
  localDate,
  localMonth,
  type Medium,
  type PastContact,
  type SurveyMark,
} from '#app/domain';
import type { ContactBooks } from './contact-store.port.js';
import { zonesOfPerson } from './zones-of-person.js';
import type { RankedMessage } from './ranked-message.js';

/** Judges messages one after the other, those of higher rank first: what one of them takes is gone for the next. */
export class ContactDesk {
  /** What was let go, by person. */
  private readonly taken = new Map<string, PastContact[]>();

  /** To all people, service messages included. */
  private handed = 0;
  private costMicros = 0;

  constructor(private readonly books: ContactBooks) {}

  /** @param costMicros what it is likely to cost, in millionths of the currency's unit */
  judge({ message, priority }: RankedMessage, costMicros = 0): ContactJudgement {
    const { rules, shopZone, now, people } = this.books;
    const book = people.get(message.customerId);
    // no rules; or a person who is gone, whose messages are lost to another claim as well, see DeliveryStore.gate
    if (!book) return { type: 'go' };
    const taken = this.taken.get(book.person) ?? [];
    const survey = message.survey && markOf(message.survey);
    const candidate = {
      class: message.class,
      medium: message.medium,
      runId: message.runId,
      priority,
      dueAt: message.dueAt,
      survey,
      usefulUntil: message.expiresAt,
      ...zonesOfPerson({ ...book, phone: isPhoneMedium(message.medium) ? book.phone : null }, shopZone),
      costMicros,
      order: (message.orderId === null ? undefined : book.orders.get(message.orderId)) ?? null,
    };
    const history = {
      ...book.history,
      contacts: [...book.history.contacts, ...taken],
      ...this.shopDay(message.medium),
      ...this.shopMonth(),
    };
    const judgement = judgeContact(candidate, history, rules, now);
    if (judgement.type === 'go') {
      this.noteHandOver(costMicros);
      const { class: messageClass, medium, runId } = message;
      if (messageClass === 'service') return judgement;
      this.taken.set(book.person, [
        ...taken,
        { at: now, class: messageClass, medium, runId, survey, hasReachedGoal: false },
      ]);
    }
    return judgement;
  }

  /** Of a message that nobody judges. */
  noteHandOver(costMicros = 0): void {
    this.handed += 1;
    this.costMicros += costMicros;
  }

  private shopDay(medium: Medium): Pick<ContactHistory, 'shopDay'> {
    const { rules, shopZone: zone, now, handedToday } = this.books;
    const limit = rules.shopPerDay?.[medium];
    if (limit === undefined || handedToday === null) return {};
    return { shopDay: { day: localDate(now, zone), zone, limit, handed: handedToday + this.handed } };
  }

  private shopMonth(): Pick<ContactHistory, 'shopMonth'> {
    const { month, shopZone: zone, currency, now } = this.books;
    if (month === null) return {};
    const messages = month.spent.messages + this.handed;
    const costMicros = month.spent.costMicros + this.costMicros;
    const { budget } = month;
    return { shopMonth: { month: localMonth(now, zone), zone, currency, budget, spent: { messages, costMicros } } };
  }
}

/** Service messages are told at any hour, but for those that ring. */
export function isJudged({ class: messageClass, medium }: Pick<PastContact, 'class' | 'medium'>): boolean {
  return messageClass !== 'service' || isPhoneMedium(medium);
}

export function markOf({ key, metric }: SurveyMark): SurveyMark {
  return { key, metric };
}
