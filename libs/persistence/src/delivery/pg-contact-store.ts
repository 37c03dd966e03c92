import { Injectable } from '@nestjs/common';
import {
  type ContactBooks,
  ContactStore,
  type JudgedMessage,
  type PersonBook,
  type Transaction,
} from '#app/application';
import {
  CONTACT_MEMORY_DAYS,
  type ContactHistory,
  type ContactRules,
  DEFAULT_CONTACT_RULES,
  DEFAULT_PRIORITY,
  isAnyRuleOn,
  isBadAnswer,
  type IsoInstant,
  type Medium,
  type OrderFacts,
  type PastAnswer,
  PermanentError,
  type SurveyScale,
  toInstant,
} from '#app/domain';
import type { QueryResultRow } from 'pg';
import { pg } from '../connection/pg-unit-of-work.js';
import { CONTACT_BOOKS, CONTACT_RULES, HANDED_TODAY } from './contact.sql.js';
import { ONE_PLAN } from './delivery.sql.js';
import { holdMonth, monthOf } from './spending.js';

const DAY_MS = 86_400_000;
const NOT_COUNTED = { handedToday: null, month: null };

interface RulesRow extends QueryResultRow {
  readonly rules: Partial<ContactRules> | null;
  readonly zone: string;
  readonly currency: string;
  readonly now: Date;
}

interface BookRow extends QueryResultRow {
  readonly asked: string;
  readonly person: string;
  readonly place:
    | (Pick<PersonBook, 'timeZone' | 'country' | 'phone'> & { readonly repliedAt: IsoInstant | null })
    | null;
  readonly contacts: ContactHistory['contacts'] | null;
  readonly answers: readonly (Omit<PastAnswer, 'isBad'> & { score: number; scale: SurveyScale })[] | null;
  readonly cases: ContactHistory['cases'] | null;
  readonly orders: readonly { readonly id: string; readonly facts: OrderFacts }[] | null;
  readonly rivals: ContactHistory['rivals'] | null;
}

@Injectable()
export class PgContactStore extends ContactStore {
  async books(tx: Transaction, messages: readonly JudgedMessage[], fenced?: Medium): Promise<ContactBooks> {
    const [, [shop]] = await Promise.all([
      pg(tx).run(ONE_PLAN),
      pg(tx).query<RulesRow>(CONTACT_RULES, [], 'contact_rules'),
    ]);
    if (!shop) throw new PermanentError('not_found', 'This shop does not exist.');
    const rules = { ...DEFAULT_CONTACT_RULES, ...shop.rules };
    const counts = fenced === undefined ? NOT_COUNTED : await this.counts(tx, rules, fenced);
    const people = isAnyRuleOn(rules) ? await this.people(tx, messages) : [];
    return {
      rules,
      shopZone: shop.zone,
      now: shop.now.getTime(),
      currency: shop.currency,
      ...counts,
      people: new Map(people.map((row) => [row.asked, toBook(row)])),
    };
  }

  private async counts(tx: Transaction, { shopPerDay, shopPerMonth }: ContactRules, medium: Medium) {
    const hasBudget = shopPerMonth?.[medium] !== undefined;
    const isLimited = hasBudget || shopPerDay?.[medium] !== undefined;
    // the sum goes last: it sees what those have counted who held the counts before
    const [, handedToday, month] = await Promise.all([
      hasBudget && holdMonth(tx, medium),
      isLimited ? this.handedToday(tx, medium) : null,
      hasBudget ? monthOf(tx, medium) : null,
    ]);
    return { handedToday, month };
  }

  private async handedToday(tx: Transaction, medium: Medium): Promise<number> {
    const [row] = await pg(tx).query<{ handed: number }>(HANDED_TODAY, [medium], 'contact_handed_today');
    return row?.handed ?? 0;
  }

  private people(tx: Transaction, messages: readonly JudgedMessage[]): Promise<BookRow[]> {
    const since = Math.min(...messages.map((message) => message.now)) - CONTACT_MEMORY_DAYS * DAY_MS;
    return pg(tx).query<BookRow>(
      CONTACT_BOOKS,
      [
        [...new Set(messages.map((message) => message.customerId))],
        messages.map((message) => message.id),
        new Date(since),
        DEFAULT_PRIORITY,
      ],
      'contact_books',
    );
  }
}

const NOWHERE = { timeZone: null, country: null, phone: null, repliedAt: null };

function toBook(row: BookRow): PersonBook {
  const { timeZone, country, phone } = row.place ?? NOWHERE;
  return {
    person: row.person,
    timeZone,
    country,
    phone,
    orders: new Map((row.orders ?? []).map(({ id, facts }) => [id, facts])),
    history: historyOf(row),
  };
}

function historyOf({ place, contacts, answers, cases, orders, rivals }: BookRow): ContactHistory {
  const { repliedAt } = place ?? NOWHERE;
  return {
    contacts: contacts ?? [],
    answers: (answers ?? []).map(({ at, metric, score, scale }) => ({
      at,
      metric,
      isBad: isBadAnswer(metric, score, scale),
    })),
    cases: cases ?? [],
    orders: (orders ?? []).map(({ facts }) => facts),
    rivals: rivals ?? [],
    repliedAt: repliedAt === null ? null : toInstant(repliedAt),
  };
}
