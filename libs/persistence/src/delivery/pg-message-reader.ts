import { Injectable } from '@nestjs/common';
import {
  type MessageFilter,
  MessageReader,
  type MessageState,
  type MessageView,
  type Page,
  type PageRequest,
  toPage,
  type ToldStatus,
  type Transaction,
} from '#app/application';
import { type Medium, toIso } from '#app/domain';
import type { QueryResultRow } from 'pg';
import { pg } from '../connection/pg-unit-of-work.js';
import { TOLD_STATUS, toldOf } from './told-status.sql.js';

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

interface Row extends QueryResultRow {
  readonly id: string;
  readonly key: string;
  readonly channel: string | null;
  readonly medium: Medium;
  readonly class: string;
  readonly address: string | null;
  readonly subject: string | null;
  readonly text: string | null;
  readonly html: string | null;
  readonly state: MessageState;
  readonly reason: string | null;
  readonly doubt_answer: MessageView['providerSays'];
  readonly journey: string;
  readonly step: string;
  readonly run_id: string;
  readonly customer_id: string;
  readonly external_id: string | null;
  readonly attempts: number;
  readonly due_at: Date;
  readonly not_before: Date;
  readonly sent_at: Date | null;
  readonly delivery: ToldStatus | null;
}

const SELECT = `
select m.id, encode(m.message_key, 'hex') as key, m.channel, m.medium, m.class, m.address, t.subject, t.text, t.html, m.state, m.reason, m.doubt_answer,
  j.key as journey, m.step, m.run_id, m.customer_id, o.external_id, m.attempts, m.due_at, m.not_before, m.sent_at,
  ${TOLD_STATUS} as delivery
from app.message m
${toldOf('m')}
join app.journey j on j.shop_id = m.shop_id and j.id = m.journey_id
left join app.message_content t on t.shop_id = m.shop_id and t.message_id = m.id
left join app.orders o on o.shop_id = m.shop_id and o.id = m.order_id
where m.shop_id = app.current_shop()`;

@Injectable()
export class PgMessageReader extends MessageReader {
  async list(tx: Transaction, filter: MessageFilter, page: PageRequest): Promise<Page<MessageView>> {
    const after = page.after ?? '';
    if ((filter.customer !== undefined && !UUID.test(filter.customer)) || (after !== '' && !UUID.test(after)))
      return { items: [], next: null };
    const { clauses, values } = conditions(filter, after);
    values.push(page.limit + 1);
    const rows = await pg(tx).query<Row>(
      `${SELECT} ${clauses} order by m.created_at, m.id limit $${values.length}`,
      values,
    );
    return toPage(rows.map(toView), page.limit);
  }

  async find(tx: Transaction, id: string): Promise<MessageView | undefined> {
    if (!UUID.test(id)) return undefined;
    const [row] = await pg(tx).query<Row>(`${SELECT} and m.id = $1`, [id], 'messages_find');
    return row && toView(row);
  }
}

function conditions(
  { state, journey, customer, order }: MessageFilter,
  after: string,
): { clauses: string; values: unknown[] } {
  const values: unknown[] = [];
  const clauses: string[] = [];
  const add = (value: string | undefined, clause: (place: string) => string): void => {
    if (value === undefined) return;
    values.push(value);
    clauses.push(`and ${clause(`$${values.length}`)}`);
  };
  add(state, (place) => `m.state = ${place}`);
  // subqueries, so that the planner sees one id and takes the index of messages
  add(
    journey,
    (place) =>
      `m.journey_id = (select k.id from app.journey k where k.shop_id = app.current_shop() and k.key = ${place})`,
  );
  add(
    customer,
    (place) => `m.customer_id in (
    with recursive person as (
      select ${place}::uuid as id
      union select c.id from person join app.customer c on c.shop_id = app.current_shop() and c.merged_into = person.id
    ) select id from person)`,
  );
  add(
    order,
    (place) =>
      `m.order_id = (select k.id from app.orders k where k.shop_id = app.current_shop() and k.external_id = ${place})`,
  );
  add(
    after || undefined,
    (place) =>
      `(m.created_at, m.id) > (select k.created_at, k.id from app.message k where k.shop_id = app.current_shop() and k.id = ${place})`,
  );
  return { clauses: clauses.join(' '), values };
}

function toView(row: Row): MessageView {
  return {
    id: row.id,
    key: row.key,
    channel: row.channel ?? row.medium,
    medium: row.medium,
    class: row.class,
    to: row.address,
    subject: row.subject,
    text: row.text,
    html: row.html,
    state: row.state,
    reason: row.reason,
    providerSays: row.doubt_answer,
    journey: row.journey,
    step: row.step,
    run: row.run_id,
    customer: row.customer_id,
    order: row.external_id,
    attempts: row.attempts,
    dueAt: toIso(row.due_at.getTime()),
    notBefore: toIso(row.not_before.getTime()),
    sentAt: row.sent_at && toIso(row.sent_at.getTime()),
    delivery: row.delivery,
  };
}
