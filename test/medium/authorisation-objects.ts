import { randomUUID } from 'node:crypto';
import { EMPTY_CUSTOMER, emptyOrder } from '#app/domain';
import type { ApiRig } from './api-rig.js';

/** Ids (or keys) of one object of each kind. */
export interface Objects {
  readonly customer: string;
  readonly order: string;
  readonly case: string;
  readonly journey: string;
  readonly run: string;
  readonly message: string;
  readonly 'dead-letter': string;
  readonly event: string;
  readonly source: string;
  readonly key: string;
}

const AT = '2026-03-02T10:00:00Z';

type Row = readonly [sql: string, values: unknown[]];
type Ids = [string, string, string, string, string, string, string, string, string, string, string];
const newIds = (): Ids => Array.from({ length: 11 }, () => randomUUID()) as unknown as Ids;

/** One row of everything that an id in an address can name. */
export async function seedObjects({ owner }: ApiRig, shop: string): Promise<Objects> {
  const [customer, order, caseId, journeyId, version, run, message, letter, event, source, key] = newIds();
  const journey = `their-${journeyId.slice(0, 8)}`;
  const rows: Row[] = [
    [`insert into app.customer (shop_id, id, facts) values ($1, $2, $3)`, [customer, EMPTY_CUSTOMER]],
    [
      `insert into app.orders (shop_id, id, external_id, customer_id, placed_at, facts) values ($1, $2, $3, $4, $5, $6)`,
      [order, order, customer, AT, emptyOrder(order)],
    ],
    [
      `insert into app.case_file (shop_id, id, topic, title, priority, customer_id, run_id, opened_at) values ($1, $2, 'late', 'Late', 'high', $3, $4, $5)`,
      [caseId, customer, run, AT],
    ],
    [
      `insert into app.journey (shop_id, id, key, title, state) values ($1, $2, $3, 'Theirs', 'live')`,
      [journeyId, journey],
    ],
    [
      `insert into app.journey_version (shop_id, id, journey_id, version, document, templates, content_sha256) values ($1, $2, $3, 1, '{}', '{}', '\\x00')`,
      [version, journeyId],
    ],
    [
      `insert into app.journey_run (shop_id, id, journey_id, version_id, customer_id, entry_key, status, state, run_month, started_at)
       values ($1, $2, $3, $4, $5, 'x', 'completed', '{}', '2026-03-01', $6)`,
      [run, journeyId, version, customer, AT],
    ],
    ...trafficRows({ journeyId, version, run, customer, message, letter, event, source, key }),
  ];
  for (const [sql, values] of rows) await owner.query(sql, [shop, ...values]);
  return { customer, order, case: caseId, journey, run, message, 'dead-letter': letter, event, source, key };
}

/** What went out and came in, and how. */
function trafficRows(
  ids: Readonly<
    Record<'journeyId' | 'version' | 'run' | 'customer' | 'message' | 'letter' | 'event' | 'source' | 'key', string>
  >,
): Row[] {
  const { journeyId, version, run, customer, message, letter, event, source, key } = ids;
  return [
    [
      `insert into app.message (shop_id, id, message_key, journey_id, version_id, run_id, step, visit, customer_id, medium, class, template, context, state, due_at, not_before)
       values ($1, $2, '\\x01', $3, $4, $5, 'send', 1, $6, 'email', 'service', 't', '{}', 'unknown', $7, $7)`,
      [message, journeyId, version, run, customer, AT],
    ],
    [
      `insert into app.message_content (shop_id, message_id, subject, text, html) values ($1, $2, 'Theirs', 'Theirs', '<p>Theirs</p>')`,
      [message],
    ],
    [
      `insert into app.dead_letter (shop_id, id, kind, ref_id, code, error, attempts) values ($1, $2, 'message', $3, 'x', 'x', 5)`,
      [letter, message],
    ],
    [
      `insert into app.inbox_event (shop_id, received_at, id, source_id, kind, headers, body, state)
       values ($1, now(), $2, $3, 'api', '{}', '{}', 'done')`,
      [event, source],
    ],
    [`insert into app.source (shop_id, id, kind, name, secrets) values ($1, $2, 'shopify', 'Theirs', 'x')`, [source]],
    [
      `insert into app.api_key (shop_id, id, name, role, key_hash, hint) values ($1, $2, 'Theirs', 'viewer', $3, 'ag_live_xxxx')`,
      [key, Buffer.from(key.replaceAll('-', ''), 'hex')],
    ],
  ];
}
