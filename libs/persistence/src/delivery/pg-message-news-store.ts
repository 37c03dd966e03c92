import { Injectable } from '@nestjs/common';
import {
  type Conversation,
  type Line,
  type MentionedMessage,
  MessageNewsStore,
  STATUS_RANKS,
  type StoredStatus,
  type Transaction,
} from '#app/application';
import {
  type CustomerFacts,
  type Json,
  type Medium,
  PHONE_MEDIA,
  type PhoneMedium,
  type SurveyDefinition,
  toIso,
} from '#app/domain';
import type { QueryResultRow } from 'pg';
import { pg } from '../connection/pg-unit-of-work.js';
import { presentId } from '../facts/present-customer.sql.js';
import { PERSON } from './delivery.sql.js';
import { correctCosts } from './spending.js';

interface MessageRow extends QueryResultRow {
  readonly id: string;
  readonly provider_ref: string | null;
  readonly medium: Medium;
  readonly address: string | null;
  readonly survey: SurveyDefinition | null;
  readonly external_id: string | null;
  readonly facts: CustomerFacts;
}

interface NumberRow extends QueryResultRow {
  readonly number: string;
  readonly last_id: string | null;
  readonly asked_id: string | null;
  readonly confirming_id: string | null;
  readonly confirming_at: Date | null;
  readonly context: { readonly [name: string]: Json };
  readonly facts: CustomerFacts | null;
}

/** Two look-ups by key instead of one of either. */
const MENTIONED = `
select m.id, m.provider_ref, m.medium, m.address, m.survey, o.external_id, c.facts
from (
  select id from app.message where shop_id = app.current_shop() and id = any($1::uuid[])
  union select id from app.message where shop_id = app.current_shop() and provider_ref = any($2::text[])
) sought
join app.message m on m.shop_id = app.current_shop() and m.id = sought.id
left join app.orders o on o.shop_id = m.shop_id and o.id = m.order_id
${PERSON}`;

/** The medium is written out, since each has an index of its own. What is over for good without having gone out asks nothing. */
const numbersOf = (medium: PhoneMedium): string => `
select n.number, last.id as last_id, asked.id as asked_id, confirming.id as confirming_id, confirming.context, confirming.handed_at as confirming_at, c.facts
from unnest($1::text[]) as n (number)
left join lateral (
  select m.id from app.message m where m.shop_id = app.current_shop() and m.medium = '${medium}' and m.address = n.number
    and m.handed_at is not null
  order by m.handed_at desc limit 1) last on true
left join lateral (
  select m.id, m.handed_at from app.message m where m.shop_id = app.current_shop() and m.medium = '${medium}' and m.address = n.number
    and m.handed_at >= app.now() - $2::double precision * interval '1 millisecond'
    and m.survey is not null and m.state in ('handing', 'sent', 'unknown')
  order by m.handed_at desc limit 1) asked on true
left join lateral (
  select m.id, m.context, m.handed_at from app.message m where m.shop_id = app.current_shop() and m.medium = '${medium}' and m.address = n.number
    and m.handed_at >= greatest(app.now() - $3::double precision * interval '1 millisecond', asked.handed_at)
    and m.class = 'service' and m.survey is null and m.state in ('handing', 'sent', 'unknown')
    and m.context -> 'event' ->> 'type' = 'consent.changed' and m.context -> 'event' -> 'data' ->> 'state' = 'pending'
  order by m.handed_at desc limit 1) confirming on true
left join app.customer_identity i on i.shop_id = app.current_shop() and i.kind = 'phone' and i.value = n.number
left join app.customer owner on owner.shop_id = i.shop_id and owner.id = i.customer_id
left join app.customer c on c.shop_id = owner.shop_id and c.id = ${presentId('owner')}`;

const NOTE = `
insert into app.message_status as s (shop_id, message_id, status, rank, code, at, cost_micros, cost_currency)
select app.current_shop(), r.message_id, r.status, r.rank, r.code, r.at, r.cost_micros, r.cost_currency
from json_to_recordset($1::json) as r (message_id uuid, status text, rank smallint, code text, at timestamptz, cost_micros bigint,
  cost_currency text)
order by r.message_id
on conflict (shop_id, message_id) do update set
  status = case when excluded.rank > s.rank then excluded.status else s.status end,
  rank = greatest(s.rank, excluded.rank),
  code = case when excluded.rank > s.rank then excluded.code else s.code end,
  at = case when excluded.rank > s.rank then excluded.at else s.at end,
  cost_micros = coalesce(excluded.cost_micros, s.cost_micros),
  cost_currency = coalesce(excluded.cost_currency, s.cost_currency)`;

/** A provider that tells of a message has had it. */
const SETTLE = `
update app.message m set
  state = case when r.status in ('undelivered', 'failed') then 'failed' else 'sent' end,
  reason = case when r.status in ('undelivered', 'failed') then coalesce(r.code, 'refused') else 'told-by-provider' end,
  doubt_answer = 'taken', lease_until = null,
  provider_ref = coalesce(m.provider_ref, r.provider_ref),
  sent_at = m.handed_at
from json_to_recordset($1::json) as r (message_id uuid, status text, code text, provider_ref text)
where m.shop_id = app.current_shop() and m.id = r.message_id and m.id = any($2::uuid[]) and m.state = 'unknown'`;

type OpenTimes = Parameters<MessageNewsStore['conversations']>[2];

@Injectable()
export class PgMessageNewsStore extends MessageNewsStore {
  async mentioned(
    tx: Transaction,
    { ids, refs }: { readonly ids: readonly string[]; readonly refs: readonly string[] },
  ): Promise<MentionedMessage[]> {
    const rows = await pg(tx).query<MessageRow>(MENTIONED, [ids.filter(isUuid), refs], 'news_mentioned');
    return rows.map(({ id, provider_ref, medium, address, survey, external_id, facts }) => ({
      id,
      providerRef: provider_ref,
      medium,
      address,
      survey,
      orderExternalId: external_id,
      customer: facts,
    }));
  }

  async conversations(tx: Transaction, lines: readonly Line[], open: OpenTimes): Promise<Conversation[]> {
    const conversations: Conversation[] = [];
    for (const medium of PHONE_MEDIA) {
      const numbers = lines.flatMap((line) => (line.medium === medium ? [line.number] : []));
      if (numbers.length > 0) conversations.push(...(await this.onMedium(tx, medium, numbers, open)));
    }
    return conversations;
  }

  private async onMedium(
    tx: Transaction,
    medium: PhoneMedium,
    numbers: readonly string[],
    { surveyMs, consentMs }: OpenTimes,
  ): Promise<Conversation[]> {
    const values = [numbers, surveyMs, consentMs];
    const rows = await pg(tx).query<NumberRow>(numbersOf(medium), values, `news_numbers_${medium}`);
    const ids = rows.flatMap(({ last_id, asked_id, confirming_id }) =>
      [last_id, asked_id, confirming_id].filter((id) => id !== null),
    );
    const messages = ids.length === 0 ? [] : await this.mentioned(tx, { ids: [...new Set(ids)], refs: [] });
    const byId = new Map(messages.map((message) => [message.id, message]));
    return rows.map(({ number, last_id, asked_id, confirming_id, confirming_at: at, context, facts }) => {
      const last = byId.get(last_id ?? '') ?? null;
      const message = byId.get(confirming_id ?? '');
      return {
        medium,
        number,
        last,
        asked: byId.get(asked_id ?? '') ?? null,
        confirming: message && at ? { message, context, at: toIso(at.getTime()) } : null,
        customer: last?.customer ?? facts,
      };
    });
  }

  async note(tx: Transaction, statuses: readonly StoredStatus[]): Promise<void> {
    const ranking = new Map<string, StoredStatus>();
    for (const status of statuses) {
      const known = ranking.get(status.messageId);
      const isHigher = !known || STATUS_RANKS[status.status] > STATUS_RANKS[known.status];
      ranking.set(status.messageId, { ...(isHigher ? status : known), cost: status.cost ?? known?.cost });
    }
    const rows = [...ranking.values()].map(statusRow);
    const told = JSON.stringify(rows);
    await pg(tx).query(NOTE, [told], 'news_note');
    await pg(tx).run(SETTLE, [told, [...ranking.keys()]]);
    await correctCosts(
      tx,
      rows.flatMap(({ message_id, cost_micros, cost_currency }) =>
        cost_micros === undefined || cost_currency === undefined ? [] : { message_id, cost_micros, cost_currency },
      ),
    );
  }
}

function statusRow({ messageId, providerRef, status, code, at, cost }: StoredStatus) {
  return {
    message_id: messageId,
    provider_ref: providerRef,
    status,
    rank: STATUS_RANKS[status],
    code,
    at,
    cost_micros: cost?.micros,
    cost_currency: cost?.currency,
  };
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
