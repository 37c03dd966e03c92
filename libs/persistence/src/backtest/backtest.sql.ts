/** What backtests read. Nothing here writes. */

export const VERSION = `
  select v.journey_id, v.id from app.journey j
  join app.journey_version v on v.shop_id = j.shop_id and v.journey_id = j.id
  where j.shop_id = app.current_shop() and j.key = $1 and ($2::integer is null or v.version = $2) and (not $3 or v.id = j.live_version_id)
  order by v.version desc limit 1`;

const EVENT = 'inbox_id, ordinal, source_id, received_at, type, occurred_at, customer_id, order_external_id, body';

/** The first condition on received_at leaves out partitions; the tuple finds the place in the key. */
export const EVENTS = `
  select ${EVENT} from app.event
  where shop_id = app.current_shop() and received_at >= $1::timestamptz and received_at < $4::timestamptz
    and (received_at, inbox_id, ordinal) > ($1::timestamptz, $2::uuid, $3::smallint)
  order by received_at, inbox_id, ordinal limit $5`;

/** Opt-outs are left out: events tell of them, at their time. */
export const SUPPRESSIONS = `
  select medium, encode(address_hmac, 'hex') as fingerprint, scope, (extract(epoch from created_at) * 1000)::float8 as since
  from app.suppression where shop_id = app.current_shop() and reason <> 'opted-out'`;

/** Messages that may have reached their people. */
const WENT_OUT = `m.state in ('sent', 'unknown')`;

export const SENT_BY = `
  select m.id, m.due_at, m.customer_id, o.external_id, m.step from app.message m
  join app.journey_run r on r.shop_id = m.shop_id and r.id = m.run_id
  left join app.orders o on o.shop_id = m.shop_id and o.id = m.order_id
  where m.shop_id = app.current_shop() and m.journey_id = $1 and ${WENT_OUT}
    and m.due_at < $3::timestamptz and r.started_at >= $2::timestamptz and m.created_at >= $2::timestamptz and m.created_at < $3::timestamptz
    and (m.due_at, m.id) > ($4::timestamptz, $5::uuid)
  order by m.due_at, m.id limit $6`;

export const SENT_BY_OTHERS = `
  select m.id, m.created_at::text as created_at, m.customer_id, j.key,
    to_char(coalesce(m.sent_at, m.due_at) at time zone s.time_zone, 'YYYY-MM-DD') as day
  from app.message m join app.journey j on j.shop_id = m.shop_id and j.id = m.journey_id join app.shop s on s.id = m.shop_id
  where m.shop_id = app.current_shop() and m.journey_id <> $1 and ${WENT_OUT}
    and coalesce(m.sent_at, m.due_at) >= $2::timestamptz and coalesce(m.sent_at, m.due_at) < $3::timestamptz and m.created_at < $3::timestamptz
    and (m.created_at, m.id) > ($4::timestamptz, $5::uuid)
  order by m.created_at, m.id limit $6`;

export const LAST_EVENT = `
  select ${EVENT} from app.event
  where shop_id = app.current_shop() and type = $1 and customer_id = $2 and ($3::text is null or order_external_id = $3)
  order by occurred_at desc limit 1`;

export const WAITING_RUN = `
  select r.id, r.version_id, r.order_id, r.entry_key, r.entry_number, r.started_at, r.state, t.due_at
  from app.journey_run r left join app.timer t on t.shop_id = r.shop_id and t.run_id = r.id
  where r.shop_id = app.current_shop() and r.customer_id = $2 and r.journey_id = $1 and r.status = 'waiting'
    and ($3::uuid is null or r.order_id is null or r.order_id = $3)
  order by r.started_at desc limit 1`;
