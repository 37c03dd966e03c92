import { Injectable } from '@nestjs/common';
import {
  type EarlierAnswer,
  type FoundLink,
  type LinkedMessageFacts,
  LinkStore,
  NO_LETTERHEAD,
  type NamedOrder,
  type Transaction,
} from '#app/application';
import type { CustomerFacts, Json, Letterhead, Medium, SurveyDefinition } from '#app/domain';
import type { QueryResultRow } from 'pg';
import { pg } from '../connection/pg-unit-of-work.js';
import { PERSON } from './delivery.sql.js';

interface LinkRow extends QueryResultRow {
  readonly shop_id: string;
  readonly purpose: FoundLink['purpose'];
  readonly message_id: string;
  readonly customer_id: string;
  readonly is_expired: boolean;
}

interface MessageRow extends QueryResultRow {
  readonly id: string;
  readonly customer_id: string;
  readonly medium: Medium;
  readonly address: string | null;
  readonly survey: SurveyDefinition | null;
  readonly external_id: string | null;
  readonly facts: CustomerFacts;
  readonly shop_name: string;
  readonly shop_locale: string;
  readonly letterhead: Partial<Letterhead>;
  readonly context: { readonly [name: string]: Json };
  readonly created_at: Date;
  readonly now: Date;
}

const MESSAGE = `
select m.id, c.id as customer_id, m.medium, m.address, m.survey, m.context, m.created_at, o.external_id, c.facts, s.name as shop_name,
  s.locale as shop_locale, s.letterhead, app.now() as now
from app.message m
join app.shop s on s.id = m.shop_id
left join app.orders o on o.shop_id = m.shop_id and o.id = m.order_id
${PERSON}
where m.shop_id = app.current_shop() and m.id = $1`;

@Injectable()
export class PgLinkStore extends LinkStore {
  async find(tx: Transaction, hash: string): Promise<FoundLink | undefined> {
    const [row] = await pg(tx).query<LinkRow>(
      `select l.shop_id, l.purpose, l.message_id, l.customer_id, l.expires_at <= app.now() as is_expired
       from app.find_link(decode($1, 'hex')) l`,
      [hash],
      'links_find',
    );
    if (!row) return undefined;
    return {
      shopId: row.shop_id,
      purpose: row.purpose,
      messageId: row.message_id,
      customerId: row.customer_id,
      isExpired: row.is_expired,
    };
  }

  async message(tx: Transaction, messageId: string, lock: boolean): Promise<LinkedMessageFacts | undefined> {
    const [row] = await pg(tx).query<MessageRow>(
      lock ? `${MESSAGE} for no key update of c` : MESSAGE,
      [messageId],
      lock ? 'links_message_locked' : 'links_message',
    );
    if (!row) return undefined;
    return {
      messageId: row.id,
      customerId: row.customer_id,
      medium: row.medium,
      address: row.address,
      survey: row.survey,
      orderExternalId: row.external_id,
      customer: row.facts,
      shopName: row.shop_name,
      shopLocale: row.shop_locale,
      letterhead: { ...NO_LETTERHEAD, ...row.letterhead },
      context: row.context,
      plannedAt: row.created_at.getTime(),
      now: row.now.getTime(),
    };
  }

  async answer(tx: Transaction, instanceId: string): Promise<EarlierAnswer | undefined> {
    const [row] = await pg(tx).query<{ score: number; comment: string | null; answered_at: Date }>(
      `select a.score, a.comment, a.answered_at from app.survey_answer a
       where a.shop_id = app.current_shop() and a.instance_id = $1 and not a.superseded`,
      [instanceId],
      'links_answer',
    );
    return row && { score: row.score, comment: row.comment, answeredAt: row.answered_at.getTime() };
  }

  async order(
    tx: Transaction,
    { order, email }: NamedOrder,
  ): Promise<{ externalId: string; customer: CustomerFacts } | undefined> {
    const [row] = await pg(tx).query<{ external_id: string; facts: CustomerFacts }>(
      `select o.external_id, c.facts from app.customer c
       join app.orders o on o.shop_id = c.shop_id and o.customer_id = c.id
       where c.shop_id = app.current_shop() and c.email = $2
         and (o.external_id = $1 or o.facts->>'name' in ($1, '#' || $1)) limit 1`,
      [order, email],
      'links_order',
    );
    return row && { externalId: row.external_id, customer: row.facts };
  }
}
