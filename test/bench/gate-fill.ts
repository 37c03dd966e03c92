import { EMPTY_CUSTOMER, emptyOrder } from '#app/domain';
import type pg from 'pg';

/** A shop of that many people, and the messages that wait for the gate. */
export interface Filled {
  readonly shopId: string;
  /** Claimed messages of people all over the shop, one each. */
  readonly marketing: readonly string[];
  readonly service: readonly string[];
}

const ROWS_AT_ONCE = 100_000;
/** People far apart are asked one after the other: a prime that no number of people is a multiple of. */
const STRIDE = 7_919;
const MONTH_AGO = `app.now() - interval '30 days'`;

const idOf = (kind: number, n = 'n'): string =>
  `('0190a${kind}00-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;

/** As intake leaves a person: consent to both media nine times out of ten, withdrawn or never given otherwise; a zone every other time. */
const PEOPLE = `
  insert into app.customer (shop_id, id, facts, email, phone, order_count)
  select $1, ${idOf(1)}, $4::jsonb || jsonb_build_object('externalIds', jsonb_build_array('c-' || n), 'email', 'p' || n || '@mail.example',
      'phone', '+4915' || lpad(n::text, 9, '0'), 'firstName', 'Ada', 'country', case when n % 4 < 3 then 'DE' else 'US' end,
      'timeZone', case when n % 2 = 0 then 'Europe/Berlin' end,
      'consents', case when n % 20 = 19 then '{}'::jsonb else $5::jsonb || jsonb_build_object('sms',
        jsonb_build_object('state', case when n % 20 = 18 then 'opted_out' else 'opted_in' end, 'at', '2026-01-01T00:00:00.000Z', 'proof', 'form',
          'statements', '{}'::jsonb)) end),
    'p' || n || '@mail.example', '+4915' || lpad(n::text, 9, '0'), 1
  from generate_series($2::int, $3::int) n`;

/** One of every second person, over the last month. */
const CONTACTS = `
  insert into app.message (shop_id, id, message_key, journey_id, version_id, run_id, step, visit, customer_id, medium, channel, class, template,
    context, address, state, due_at, not_before, handed_at, sent_at)
  select $1, ${idOf(2)}, sha256(('contact ' || n)::bytea), $4, $5, ${idOf(3)}, 'ask', 1, ${idOf(1)}, 'email', 'capture',
    (array['marketing', 'marketing', 'feedback', 'review'])[1 + n % 4], 'ask', '{}', 'p' || n || '@mail.example', 'sent', t.at, t.at, t.at, t.at
  from generate_series($2::int, $3::int) n, lateral (select ${MONTH_AGO} + (n % 700) * interval '1 hour' as at) t where n % 2 = 0`;

const ORDERS = `
  insert into app.orders (shop_id, id, external_id, customer_id, placed_at, facts)
  select $1, ${idOf(4)}, 'o-' || n, ${idOf(1)}, ${MONTH_AGO}, $4::jsonb || jsonb_build_object('id', 'o-' || n)
  from generate_series($2::int, $3::int) n where n % 3 = 0`;

const ANSWERS = `
  insert into app.survey_answer (shop_id, id, instance_id, survey_key, metric, score, scale, customer_id, answered_at, inbox_id)
  select $1, ${idOf(5)}, 'i-' || n, 'delivery', 'csat', 1 + n % 5, '{"min": 1, "max": 5, "polarity": "higher-better", "topK": 2}', ${idOf(1)},
    ${MONTH_AGO} + (n % 29) * interval '1 day', ${idOf(5)}
  from generate_series($2::int, $3::int) n where n % 10 = 0`;

const CASES = `
  insert into app.case_file (shop_id, id, topic, title, priority, state, customer_id, run_id, opened_at, closed_at, outcome)
  select $1, ${idOf(6)}, 'unhappy-customer', 'A case', 'normal', 'closed', ${idOf(1)}, ${idOf(3)}, ${MONTH_AGO}, app.now() - interval '20 days', 'solved'
  from generate_series($2::int, $3::int) n where n % 50 = 0`;

const SUPPRESSIONS = `
  insert into app.suppression (shop_id, medium, address_hmac, scope, reason)
  select $1, 'email', sha256(('gone ' || n)::bytea), 'all', 'bounced 5.1.1' from generate_series($2::int, $3::int) n where n % 20 = 0`;

/** Claimed for a day: nobody comes for them while they are measured. */
const DUE = `
  insert into app.message (shop_id, id, message_key, journey_id, version_id, run_id, step, visit, customer_id, medium, class, template, context,
    state, epoch, attempts, lease_until, due_at, not_before, expires_at)
  select $1, ${idOf(7, 'g.n')}, sha256(('due ' || g.n)::bytea), $4, $5, ${idOf(8, 'g.n')}, 'say', 1, ${idOf(1, 'p.place')}, 'email',
    case when g.n % 2 = 0 then 'marketing' else 'service' end, 'say', '{"settings": {}}', 'claimed', 1, 1, app.lease_now() + interval '1 day', app.now(),
    app.now(), app.now() + interval '14 days'
  from generate_series($2::int, $3::int) g (n), lateral (select ((g.n::bigint * ${STRIDE}) % $6 + 1)::int as place) p
  returning id, class`;

const RUNS = `
  insert into app.journey_run (shop_id, id, journey_id, version_id, customer_id, entry_key, status, state, run_month, started_at, ended_at, end_reason)
  select $1, ${idOf(8, 'g.n')}, $4, $5, ${idOf(1, 'p.place')}, 'due ' || g.n, 'completed', '{}', date_trunc('month', app.now())::date, app.now(), app.now(), 'end'
  from generate_series($2::int, $3::int) g (n), lateral (select ((g.n::bigint * ${STRIDE}) % $6 + 1)::int as place) p`;

/** Rows as the system makes them, without the system: a million people in minutes. */
export async function fillForGate(client: pg.Client, people: number, due: number): Promise<Filled> {
  const [shopId, journeyId, versionId] = await newIds(client);
  // what triggers would add is asked by nobody here
  await client.query('set session_replication_role = replica; set synchronous_commit = off');
  await client.query(
    `insert into app.shop (id, name, time_zone, currency, locale) values ($1, 'bench', 'Europe/Berlin', 'EUR', 'en')`,
    [shopId],
  );
  await client.query(
    `insert into app.journey (shop_id, id, key, title, state) values ($1, $2, 'say', 'Say something', 'live')`,
    [shopId, journeyId],
  );
  await client.query(
    `insert into app.journey_version (shop_id, id, journey_id, version, document, templates, content_sha256) values ($1, $2, $3, 1, '{"priority": 50}', '{}', '')`,
    [shopId, versionId, journeyId],
  );
  const consent = { state: 'opted_in', at: '2026-01-01T00:00:00.000Z', proof: 'form', statements: {} };
  const order = { ...emptyOrder(''), placedAt: '2026-10-01T00:00:00.000Z', fulfilledAt: '2026-10-02T00:00:00.000Z' };
  const journey = [journeyId, versionId];
  await inParts(client, PEOPLE, people, shopId, [EMPTY_CUSTOMER, { email: consent }]);
  await inParts(client, CONTACTS, people, shopId, journey);
  await inParts(client, ORDERS, people, shopId, [order]);
  await inParts(client, ANSWERS, people, shopId, []);
  await inParts(client, CASES, people, shopId, []);
  await inParts(client, SUPPRESSIONS, people, shopId, []);
  await client.query(RUNS, [shopId, 1, due, ...journey, people]);
  const { rows } = await client.query<{ id: string; class: string }>(DUE, [shopId, 1, due, ...journey, people]);
  await client.query('vacuum (analyze)');
  const of = (name: string): string[] => rows.flatMap((row) => (row.class === name ? [row.id] : []));
  return { shopId, marketing: of('marketing'), service: of('service') };
}

async function inParts(
  client: pg.Client,
  statement: string,
  rows: number,
  shopId: string,
  values: unknown[],
): Promise<void> {
  for (let first = 1; first <= rows; first += ROWS_AT_ONCE)
    await client.query(statement, [shopId, first, Math.min(first + ROWS_AT_ONCE - 1, rows), ...values]);
}

async function newIds(client: pg.Client): Promise<[string, string, string]> {
  const { rows } = await client.query<{ ids: [string, string, string] }>(
    'select array[uuidv7(), uuidv7(), uuidv7()] as ids',
  );
  return rows[0]?.ids ?? ['', '', ''];
}
