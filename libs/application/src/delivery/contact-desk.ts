import {
  type ContactHistory,
  type ContactJudgement,
  judgeContact,
  localDate,
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

  /** Of all people, service messages included. */
  private handed = 0;

  constructor(private readonly books: ContactBooks) {}

  judge({ message, priority }: RankedMessage): ContactJudgement {
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
      ...zonesOfPerson({ ...book, phone: message.medium === 'sms' ? book.phone : null }, shopZone),
      order: (message.orderId === null ? undefined : book.orders.get(message.orderId)) ?? null,
    };
    const history = {
      ...book.history,
      contacts: [...book.history.contacts, ...taken],
      ...this.shopDay(message.medium),
    };
    const judgement = judgeContact(candidate, history, rules, now);
    if (judgement.type === 'go') {
      this.noteHandOver();
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
  noteHandOver(): void {
    this.handed += 1;
  }

  private shopDay(medium: Medium): Pick<ContactHistory, 'shopDay'> {
    const { rules, shopZone: zone, now, handedToday } = this.books;
    const limit = rules.shopPerDay?.[medium];
    if (limit === undefined || handedToday === null) return {};
    return { shopDay: { day: localDate(now, zone), zone, limit, handed: handedToday + this.handed } };
  }
}

/** Service messages are told at any hour, but for texts. */
export function isJudged({ class: messageClass, medium }: Pick<PastContact, 'class' | 'medium'>): boolean {
  return messageClass !== 'service' || medium === 'sms';
}

export function markOf({ key, metric }: SurveyMark): SurveyMark {
  return { key, metric };
}
