import { Injectable } from '@nestjs/common';
import {
  type MessageState,
  type OutboxFilter,
  type OutboxItem,
  OutboxReader,
  type Page,
  type PageRequest,
  type StoredLetter,
  type ToldStatus,
  type Transaction,
} from '#app/application';
import { type Medium, type MessageClass, toIso } from '#app/domain';
import type { QueryResultRow } from 'pg';
import { pageOf } from '../connection/pages.js';
import { pg } from '../connection/pg-unit-of-work.js';
import { TOLD_STATUS, toldOf } from './told-status.sql.js';

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
/** A message has words from the moment at which it is handed over; the last five are what may become of it when it is refused. */
const WITH_WORDS: readonly MessageState[] = [
  'handing',
  'sent',
  'unknown',
  'queued',
  'claimed',
  'failed',
  'suppressed',
  'expired',
];

interface Row extends QueryResultRow {
  readonly id: string;
  readonly medium: Medium;
  readonly channel: string | null;
  readonly class: MessageClass;
  readonly address: string | null;
  readonly subject: string | null;
  readonly state: MessageState;
  readonly reason: string | null;
  readonly journey: string;
  readonly step: string;
  readonly customer_id: string;
  readonly sent_at: Date | null;
  readonly created_at: Date;
  readonly delivery: ToldStatus | null;
}

interface LetterRow extends Row {
  readonly shop_name: string;
  readonly shop_currency: string;
  readonly text: string | null;
  readonly html: string | null;
  readonly provider_ref: string | null;
}

const COLUMNS = `m.id, m.medium, m.channel, m.class, m.address, m.state, m.reason, m.step, m.customer_id, m.sent_at, m.created_at, ${TOLD_STATUS} as delivery`;

// state by state, each in the order of its index: a shop that has sent millions is read like one that has sent ten
const LIST = `
with picked as (
  select p.id from unnest($1::text[]) s (state), lateral (
    select m.id, m.created_at from app.message m
    join app.message_content c on c.shop_id = m.shop_id and c.message_id = m.id
    where m.shop_id = app.current_shop() and m.state = s.state
      and ($2::text is null or m.medium = $2) and ($3::text is null or m.channel = $3)
      and ($4::text is null or m.journey_id = (select j.id from app.journey j where j.shop_id = app.current_shop() and j.key = $4))
      and ($5::uuid is null or (m.created_at, m.id) <
        (select k.created_at, k.id from app.message k where k.shop_id = app.current_shop() and k.id = $5::uuid))
    order by m.created_at desc, m.id desc limit $6) p
)
select ${COLUMNS}, c.subject, j.key as journey from picked
join app.message m on m.shop_id = app.current_shop() and m.id = picked.id
${toldOf('m')}
join app.message_content c on c.shop_id = m.shop_id and c.message_id = m.id
join app.journey j on j.shop_id = m.shop_id and j.id = m.journey_id
order by m.created_at desc, m.id desc limit $6`;

@Injectable()
export class PgOutboxReader extends OutboxReader {
  async list(
    tx: Transaction,
    { state, medium, channel, journey }: OutboxFilter,
    page: PageRequest,
  ): Promise<Page<OutboxItem>> {
    const states = state === undefined ? WITH_WORDS : [state];
    const values = [states, medium ?? null, channel ?? null, journey ?? null, page.after, page.limit + 1];
    return pageOf(await pg(tx).query<Row>(LIST, values), page, itemOf);
  }

  async find(tx: Transaction, id: string): Promise<StoredLetter | undefined> {
    if (!UUID.test(id)) return undefined;
    const [row] = await pg(tx).query<LetterRow>(
      `select ${COLUMNS}, m.provider_ref, c.subject, c.text, c.html, j.key as journey, s.name as shop_name, s.currency as shop_currency
       from app.message m
       join app.message_content c on c.shop_id = m.shop_id and c.message_id = m.id
       join app.journey j on j.shop_id = m.shop_id and j.id = m.journey_id
       join app.shop s on s.id = m.shop_id
       ${toldOf('m')}
       where m.shop_id = app.current_shop() and m.id = $1`,
      [id],
    );
    if (row === undefined) return undefined;
    const { shop_name: shopName, shop_currency: currency, provider_ref: providerRef, text, html } = row;
    return { ...itemOf(row), shopName, currency, providerRef, text: text ?? '', html };
  }
}

function itemOf(row: Row): OutboxItem {
  const { id, medium, subject, state, reason, journey, step } = row;
  return {
    id,
    medium,
    channel: row.channel ?? medium,
    class: row.class,
    to: row.address,
    subject,
    state,
    reason,
    journey,
    step,
    customer: row.customer_id,
    sentAt: row.sent_at && toIso(row.sent_at.getTime()),
    createdAt: toIso(row.created_at.getTime()),
    delivery: row.delivery,
  };
}
