import { Injectable } from '@nestjs/common';
import { type TimelineItem, type TimelinePage, TimelineReader, type Transaction } from '#app/application';
import { readCursor, writeCursor } from '../connection/pages.js';
import { pg } from '../connection/pg-unit-of-work.js';
import { TOLD_STATUS, toldOf } from '../delivery/told-status.sql.js';
import { presentId } from './present-customer.sql.js';

interface ItemRow {
  kind: TimelineItem['kind'];
  id: string;
  at: Date;
  /** With microseconds, which Date doesn't hold. */
  place: string;
  data: object;
}

const MICROSECONDS = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;
const CURSOR = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z\|[a-z-]{1,20}\|[0-9a-f-]{1,60}$/;

/** One kind of item: those before the cursor, newest first, no more than a page of them. */
function part(kind: string, at: string, id: string, data: string, from: string): string {
  return `(select '${kind}' as kind, ${id} as id, ${at} as at, ${data} as data from ${from}
    and ($2::timestamptz is null or (${at}, '${kind}', ${id}) < ($2::timestamptz, $3::text, $4::text))
    order by ${at} desc, ${id} desc limit $5)`;
}

const ISO = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const RUN = `app.journey_run t join app.journey_version v on v.shop_id = t.shop_id and v.id = t.version_id
  join app.journey j on j.shop_id = t.shop_id and j.id = t.journey_id
  left join app.orders o on o.shop_id = t.shop_id and o.id = t.order_id where t.customer_id = $1`;
const RUN_DATA = `'journey', j.key, 'version', v.version, 'order', o.external_id`;

const PARTS = [
  part(
    'event',
    't.occurred_at',
    `t.inbox_id || '-' || t.ordinal`,
    `jsonb_build_object('type', t.type, 'receivedAt', ${ISO('t.received_at')}, 'order', t.order_external_id, 'data', t.body->'data')`,
    'app.event t where t.customer_id = $1',
  ),
  part(
    'message',
    'coalesce(t.sent_at, t.due_at)',
    't.id::text',
    `jsonb_build_object('journey', j.key, 'run', t.run_id, 'step', t.step, 'medium', t.medium, 'channel', t.channel, 'class', t.class,
      'state', t.state, 'reason', t.reason, 'subject', c.subject, 'order', o.external_id, 'dueAt', ${ISO('t.due_at')}, 'sentAt', ${ISO('t.sent_at')},
      'delivery', ${TOLD_STATUS})`,
    `app.message t join app.journey j on j.shop_id = t.shop_id and j.id = t.journey_id
      left join app.orders o on o.shop_id = t.shop_id and o.id = t.order_id
      left join app.message_content c on c.shop_id = t.shop_id and c.message_id = t.id
      ${toldOf('t')} where t.customer_id = $1`,
  ),
  part('run-started', 't.started_at', 't.id::text', `jsonb_build_object(${RUN_DATA})`, RUN),
  part(
    'run-ended',
    't.ended_at',
    't.id::text',
    `jsonb_build_object(${RUN_DATA}, 'status', t.status, 'reason', t.end_reason)`,
    `${RUN} and t.ended_at is not null`,
  ),
];

const TIMELINE = `
  select kind, id, at, data, to_char(at at time zone 'UTC', ${MICROSECONDS}) as place
  from (${PARTS.join(' union all ')}) as item
  order by at desc, kind desc, id desc limit $5`;

@Injectable()
export class PgTimelineReader extends TimelineReader {
  async timeline(
    tx: Transaction,
    customerId: string,
    page: { readonly cursor: string | null; readonly limit: number },
  ): Promise<TimelinePage> {
    const [place = null, kind = null, id = null] = page.cursor === null ? [] : readCursor(page.cursor, CURSOR);
    const [customer] = await pg(tx).query<{ id: string }>(
      `select ${presentId('c')} as id from app.customer c where c.id = $1`,
      [customerId],
    );
    if (!customer) return { items: [], next: null };
    const rows = await pg(tx).query<ItemRow>(TIMELINE, [customer.id, place, kind, id, page.limit + 1]);
    const last = rows.length > page.limit ? rows[page.limit - 1] : undefined;
    return {
      items: rows.slice(0, page.limit).map(toItem),
      next: last ? writeCursor(last.place, last.kind, last.id) : null,
    };
  }
}

function toItem({ kind, id, at, data }: ItemRow): TimelineItem {
  return { kind, id, at: at.toISOString(), ...data } as TimelineItem;
}
