import { milliseconds } from '../delivery/contact.sql.js';

/** What backtests read. Nothing here writes. */

export const VERSION = `
  select v.journey_id, v.id from app.journey j
  join app.journey_version v on v.shop_id = j.shop_id and v.journey_id = j.id
  where j.shop_id = app.current_shop() and j.key = $1 and ($2::integer is null or v.version = $2) and (not $3 or v.id = j.live_version_id)
  order by v.version desc limit 1`;

const EVENT = 'inbox_id, ordinal, source_id, received_at, type, occurred_at, customer_id, order_external_id, body';

/** People who share an order (its owner and whom an event of it concerns) or an address (whose it is and who gave it as well). */
export const KINSHIPS = `
  select e.customer_id as id, o.customer_id as other
  from app.event e join app.orders o on o.shop_id = e.shop_id and o.external_id = e.order_external_id
  where e.shop_id = app.current_shop() and e.received_at < $1::timestamptz and e.customer_id <> o.customer_id
  union select c.id, i.customer_id from app.customer c
  join app.customer_identity i on i.shop_id = c.shop_id and i.kind = 'email' and i.value = c.email
  where c.shop_id = app.current_shop() and c.merged_into is null and i.customer_id <> c.id
  union select c.id, i.customer_id from app.customer c
  join app.customer_identity i on i.shop_id = c.shop_id and i.kind = 'phone' and i.value = c.phone
  where c.shop_id = app.current_shop() and c.merged_into is null and i.customer_id <> c.id`;

/** One sort for the whole history: far less than looking up every person, and the server's memory stays bounded. */
export const CURSOR_SETTINGS = `
  select set_config('statement_timeout', '0', true), set_config('cursor_tuple_fraction', '1', true), set_config('work_mem', '64MB', true)`;

const CAST = 'coalesce($1::uuid, k.cast_id, e.customer_id)';

/**
 * $1: the one cast of everybody, or null; $2 and $3: people and their casts; $5: trigger events, or null where anything may let
 * people in. What most rows would repeat is null there.
 */
export const OPEN_CURSOR = `
  declare history no scroll cursor for
  with kin as (select * from unnest($2::uuid[], $3::uuid[]) as k (id, cast_id)),
  concerned as materialized (
    select ${CAST} as cast_id from app.event e left join kin k on k.id = e.customer_id
    where e.shop_id = app.current_shop() and e.customer_id is not null and e.received_at < $8::timestamptz
      and ($5::text[] is null or e.type = any($5::text[]) and e.received_at >= $6::timestamptz and e.received_at < $7::timestamptz)
    union select ${CAST} from app.message e left join kin k on k.id = e.customer_id
    where e.shop_id = app.current_shop() and e.journey_id = $4
      and e.created_at >= $6::timestamptz and e.created_at < $7::timestamptz)
  select c.cast_id, (select count(*) from concerned)::integer as casts, e.inbox_id, e.ordinal, e.source_id,
    (extract(epoch from e.received_at) * 1000)::float8 as received_ms, e.type,
    case when e.occurred_at <> e.received_at then (extract(epoch from e.occurred_at) * 1000)::float8 end as occurred_ms,
    nullif(e.customer_id, c.cast_id) as customer_id, e.body::text as body
  from app.event e left join kin k on k.id = e.customer_id join concerned c on c.cast_id = ${CAST}
  where e.shop_id = app.current_shop() and e.customer_id is not null and e.received_at < $8::timestamptz
  order by c.cast_id, e.received_at, e.inbox_id, e.ordinal`;

/** Opt-outs are left out: events tell of them, at their time. */
export const SUPPRESSIONS = `
  select medium, encode(address_hmac, 'hex') as fingerprint, scope, (extract(epoch from created_at) * 1000)::float8 as since
  from app.suppression where shop_id = app.current_shop() and reason <> 'opted-out'`;

/** Messages that may have reached their people. */
const WENT_OUT = `m.state in ('sent', 'unknown')`;

/** When a message left; rows of old know only what came of it. */
const LEFT_AT = 'coalesce(m.handed_at, m.sent_at, m.due_at)';

export const SENT_BY = `
  select m.due_at, ${LEFT_AT} as left_at, m.customer_id, o.external_id, m.step from app.message m
  left join app.orders o on o.shop_id = m.shop_id and o.id = m.order_id
  where m.shop_id = app.current_shop() and m.customer_id = any($2::uuid[]) and m.journey_id = $1 and ${WENT_OUT}
    and m.due_at < $4::timestamptz and m.created_at >= $3::timestamptz and m.created_at < $4::timestamptz
    and ${LEFT_AT} < $4::timestamptz
  order by m.due_at, m.id`;

/**
 * What others had to do with these people. Each part is a look-up by one key, whatever the planner believes. $2: the journey that is
 * played; $3: how far back rules look; $4: the priority of journeys that name none.
 */
export const DEALINGS = `
  select * from (select p.id as customer,
    (select json_agg(json_build_object('at', ${milliseconds(LEFT_AT)}, 'dueAt', ${milliseconds('m.due_at')}, 'journey',
        (select j.key from app.journey j where j.shop_id = m.shop_id and j.id = m.journey_id), 'priority',
        coalesce((select (v.document->>'priority')::integer from app.journey_version v where v.shop_id = m.shop_id and v.id = m.version_id), $4::integer),
        'class', m.class, 'medium', m.medium, 'runId', m.run_id, 'goalAt',
        ${milliseconds(`(select (r.state->>'goalAt')::timestamptz from app.journey_run r where r.shop_id = m.shop_id and r.id = m.run_id)`)}, 'survey',
        case when m.survey is not null then json_build_object('key', m.survey->'key', 'metric', m.survey->'metric') end))
      from app.message m
      where m.shop_id = app.current_shop() and m.customer_id = p.id and m.journey_id <> $2
        and (${WENT_OUT} or m.state = 'handing') and m.created_at >= $3::timestamptz) as messages,
    (select json_agg(json_build_object('at', ${milliseconds('a.answered_at')}, 'metric', a.metric, 'score', a.score, 'scale', a.scale,
        'knownAt', ${milliseconds('coalesce((select i.received_at from app.inbox_event i where i.shop_id = a.shop_id and i.id = a.inbox_id), a.answered_at)')}))
      from app.survey_answer a
      where a.shop_id = app.current_shop() and a.customer_id = p.id and not a.superseded and a.answered_at >= $3::timestamptz) as answers,
    (select json_agg(json_build_object('topic', f.topic, 'priority', f.priority, 'runId', f.run_id, 'openedAt', ${milliseconds('f.opened_at')}, 'knownAt', ${milliseconds('f.created_at')},
        'closedAt', ${milliseconds('f.closed_at')}, 'isOwn',
        coalesce((select r.journey_id = $2 from app.journey_run r where r.shop_id = f.shop_id and r.id = f.run_id), false)))
      from app.case_file f where f.shop_id = app.current_shop() and f.customer_id = p.id) as cases
    from unnest($1::uuid[]) as p (id)) d
  where messages is not null or answers is not null or cases is not null`;

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
