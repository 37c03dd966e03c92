import { presentId } from '../facts/present-customer.sql.js';

/**
 * The statements of the hand-over. Each takes any number of messages. Ids are given a second time as an array: of a record set the
 * planner knows nothing and would rather read the whole table.
 */

/** A claim that is lost with the server's memory is no claim: it needn't wait for the disk. */
export const CLAIM = `
select c.*, set_config('synchronous_commit', 'off', true) as mode
from app.claim_due_messages($1, $2, $3, $4::double precision * interval '1 millisecond', $5::uuid[], $6::uuid[]) c`;

/** The claimed ones among the messages $1, by key: the index of states holds all that were claimed lately. */
const CLAIMED = `unnest($1::uuid[]) as w (id) cross join lateral (
  select c.* from app.message c where c.shop_id = app.current_shop() and c.id = w.id and c.state = 'claimed' offset 0)`;

export const LOAD = `
select m.id, m.epoch, m.attempts, m.claims_lost, m.returned > 0 as is_retry, encode(m.message_key, 'hex') as key, m.version_id, m.run_id, m.customer_id, m.order_id, m.medium, m.class,
  m.template, m.survey, m.context, m.due_at, m.expires_at, app.now() as now
from ${CLAIMED} m`;

/** The person of a message \`m\` as \`c\`: the record that the message's customer was merged into, where it was. */
export const PERSON = `
join app.customer planned on planned.shop_id = m.shop_id and planned.id = m.customer_id
join app.customer c on c.shop_id = m.shop_id and c.id = ${presentId('planned')}`;

/**
 * The share lock makes withdrawals of consent and suppressions wait, or this statement wait for them. In the order of the ids,
 * as everywhere, so that nobody waits in a circle. Two look-ups by key for each: of a list of ids the planner may think that an
 * index of the whole shop is read as fast.
 */
const gatePeople = (lock: string): string => `
select p.asked, c.facts
from (
  select w.id as asked, found.person
  from unnest($1::uuid[]) as w (id) cross join lateral (
    select ${presentId('planned')} as person from app.customer planned
    where planned.shop_id = app.current_shop() and planned.id = w.id offset 0) found
  order by found.person) p
cross join lateral (
  select c.facts from app.customer c where c.shop_id = app.current_shop() and c.id = p.person offset 0 for ${lock} of c) c`;
export const GATE_PEOPLE = gatePeople('share');

/** What counts for a person's limits must not go out twice at once: the second fence waits for the first one. */
export const GATE_PEOPLE_ALONE = gatePeople('no key update');

/** Subqueries instead of joins: each is one look-up by key, whatever the planner believes about tables it has no statistics of. */
export const GATE_MESSAGES = `
select m.id, m.epoch, m.customer_id, m.reason,
  m.expires_at is not null and m.expires_at <= app.now() as is_expired,
  m.held or (select s.paused_at is not null from app.shop s where s.id = app.current_shop()) as is_held,
  coalesce((select r.status = 'exited' and r.end_reason ~ '^(exit|stopped|published|resumed):' from app.journey_run r
    where r.shop_id = m.shop_id and r.id = m.run_id), false) as has_run_exited,
  coalesce((select j.state = 'archived' from app.journey j where j.shop_id = m.shop_id and j.id = m.journey_id), false) as is_archived
from ${CLAIMED} m`;

/** One look-up by key for each, in both stores. What is held for a while comes behind, because it is for every class. */
export const SUPPRESSED = `
select encode(r.hmac, 'hex') as fingerprint, found.scope
from unnest($2::bytea[]) as r (hmac) cross join lateral (
  (select s.scope from app.suppression s
    where s.shop_id = app.current_shop() and s.medium = $1 and s.address_hmac = r.hmac offset 0)
  union all
  (select 'all' from app.soft_bounce b
    where b.shop_id = app.current_shop() and b.medium = $1 and b.address_hmac = r.hmac and b.held_until > app.now() offset 0)) found`;

/**
 * Of one message the planner would make a new plan each time, which takes longer than to carry it out, since it thinks of ten wherever
 * it doesn't know how many. Each of these statements is a number of look-ups by key, whatever that number is.
 */
export const ONE_PLAN = 'set local plan_cache_mode = force_generic_plan';

/** The contents, which are long, come beside the rest, in the same order: $5 the texts, $6 HTML. */
export const FENCE = `
with v as (
  select * from rows from (
    json_to_recordset($1::json) as (id uuid, epoch integer, state text, reason text, channel text, account_id uuid, address text,
      content_hash text, cost_micros bigint, subject text, links jsonb, dead_code text, dead_error text, judgement text, until timestamptz, facts jsonb),
    unnest($5::text[]), unnest($6::text[])
  ) as v (id, epoch, state, reason, channel, account_id, address, content_hash, cost_micros, subject, links, dead_code, dead_error, judgement,
    until, facts, text, html)
), s as materialized (
  select s.id, (app.now() at time zone s.time_zone)::date as today, s.currency, s.contact_rules->'shopPerDay' as per_day,
    s.contact_rules->'shopPerMonth' as per_month
  from app.shop s where s.id = app.current_shop()
), fenced as (
  update app.message m set
    state = v.state,
    reason = case when v.state = 'queued' then coalesce(v.reason, m.reason) else v.reason end,
    not_before = coalesce(v.until, m.not_before),
    handed_at = case when v.state = 'handing' then app.now() else m.handed_at end,
    lease_until = case when v.state = 'handing' then app.lease_now() + $2::double precision * interval '1 millisecond' end,
    attempts = case when v.state = 'queued' then greatest(m.attempts - 1, 0) else m.attempts end,
    channel = coalesce(v.channel, m.channel),
    account_id = case when v.state = 'handing' then v.account_id else m.account_id end,
    address = coalesce(v.address, m.address),
    content_sha256 = coalesce(decode(v.content_hash, 'hex'), m.content_sha256),
    counted_on = case when v.state <> 'handing' then m.counted_on when s.per_month->>m.medium is not null then s.today end,
    cost_micros = case when v.state <> 'handing' then m.cost_micros when s.per_month->>m.medium is not null then v.cost_micros end
  from v, s
  where m.shop_id = app.current_shop() and m.id = v.id and m.id = any($4::uuid[]) and m.epoch = v.epoch and m.state = 'claimed'
    and m.lease_until > app.lease_now()
  returning m.id, m.attempts, m.state, m.medium, m.counted_on, m.cost_micros
), counted as (
  insert into app.sending_day as d (shop_id, day, medium, handed, messages, cost_micros, currency)
  select s.id, s.today, f.medium, count(*), count(f.counted_on), coalesce(sum(f.cost_micros), 0), s.currency
  from fenced f, s
  where f.state = 'handing' and (s.per_day->>f.medium is not null or s.per_month->>f.medium is not null)
  group by s.id, s.today, f.medium, s.currency
  on conflict (shop_id, day, medium) do update set
    handed = d.handed + excluded.handed,
    messages = d.messages + excluded.messages,
    cost_micros = case when d.currency = excluded.currency then d.cost_micros else 0 end + excluded.cost_micros,
    currency = excluded.currency
), content as (
  insert into app.message_content (shop_id, message_id, subject, text, html, links)
  select app.current_shop(), v.id, v.subject, v.text, v.html, v.links from v join fenced f using (id) where f.state = 'handing'
  on conflict (shop_id, message_id) do update set subject = excluded.subject, text = excluded.text, html = excluded.html,
    links = excluded.links
), links as (
  insert into app.link_token (shop_id, token_hash, purpose, message_id, customer_id, expires_at)
  select app.current_shop(), decode(l.hash, 'hex'), l.purpose, l.message_id, l.customer_id, l.expires_at
  from json_to_recordset($3::json) as l (hash text, purpose text, message_id uuid, customer_id uuid, expires_at timestamptz)
  join fenced f on f.id = l.message_id and f.state = 'handing'
  on conflict do nothing
), judged as (
  insert into app.contact_verdict (shop_id, message_id, epoch, at, verdict, reason, until, facts)
  select app.current_shop(), v.id, v.epoch, app.now(), v.judgement, v.reason, v.until, v.facts
  from v join fenced using (id) where v.judgement is not null
), dead as (
  insert into app.dead_letter (shop_id, id, kind, ref_id, code, error, attempts)
  select app.current_shop(), gen_random_uuid(), 'message', v.id, v.dead_code, v.dead_error, f.attempts
  from v join fenced f using (id) where v.dead_code is not null
  on conflict do nothing
)
select id from fenced`;

/** An outcome of the same epoch overrules the reaper's \`unknown\`. The epoch numbers the attempts: each claim has its own. */
export const RECORD = `
with r as (
  select * from json_to_recordset($1::json) as r (id uuid, epoch integer, state text, reason text, delay_ms double precision,
    is_uncounted boolean, provider_ref text, channel text, account_id uuid, phase text, outcome text, code text, detail text,
    duration_ms double precision, dead_code text, dead_error text)
), recorded as (
  update app.message m set
    state = r.state,
    reason = r.reason,
    lease_until = null,
    provider_ref = coalesce(r.provider_ref, m.provider_ref),
    sent_at = case when r.state = 'sent' then app.now() else m.sent_at end,
    not_before = case when r.state = 'queued' then app.now() + r.delay_ms * interval '1 millisecond' else m.not_before end,
    attempts = case when r.is_uncounted then greatest(m.attempts - 1, 0) else m.attempts end,
    returned = case when r.state = 'queued' and r.outcome is not null then least(m.returned + 1, 1000) else m.returned end
  from r
  where m.shop_id = app.current_shop() and m.id = r.id and m.id = any($2::uuid[]) and m.epoch = r.epoch and m.state in ('handing', 'unknown')
  returning m.id, m.attempts, m.created_at, m.state, m.counted_on
), attempt as (
  insert into app.delivery_attempt (shop_id, message_month, message_id, attempt, channel, account_id, phase, started_at, ended_at, outcome, code, detail)
  select app.current_shop(), date_trunc('month', d.created_at at time zone 'UTC')::date, r.id, r.epoch, r.channel, r.account_id, r.phase,
    app.now() - r.duration_ms * interval '1 millisecond', app.now(), r.outcome, r.code, r.detail
  from r join recorded d using (id) where r.outcome is not null
  on conflict do nothing
), dead as (
  insert into app.dead_letter (shop_id, id, kind, ref_id, code, error, attempts)
  select app.current_shop(), gen_random_uuid(), 'message', r.id, r.dead_code, r.dead_error, d.attempts
  from r join recorded d using (id) where r.dead_code is not null
  on conflict do nothing
)
select id, counted_on is not null and state in ('queued', 'failed') as is_untaken from recorded`;

/**
 * The wider scope wins, with its reason; a complaint is never forgotten for another reason, nor that the person has withdrawn, which
 * workers of before that column say by the scope alone.
 */
export const SUPPRESSED_BEFORE = `
on conflict (shop_id, medium, address_hmac) do update set
  scope = case when excluded.scope = 'all' then 'all' else s.scope end,
  reason = case when s.reason <> 'erased' and excluded.reason like 'complained%' or s.scope <> 'all' and excluded.scope = 'all'
    then excluded.reason else s.reason end,
  withdrawn = s.withdrawn or s.scope = 'non_service' or excluded.withdrawn,
  said_at = case when excluded.withdrawn then greatest(s.said_at, excluded.said_at) else s.said_at end
where s.scope <> 'all' and excluded.scope = 'all' or excluded.withdrawn and (not s.withdrawn or excluded.said_at > coalesce(s.said_at, '-infinity'))
  or excluded.reason like 'complained%' and s.reason not like 'complained%' and s.reason <> 'erased'`;

/** A withdrawal is in force before its event is worked on: no opt-in from before that may lift it in the meantime. */
export const SUPPRESS = `
insert into app.suppression as s (shop_id, medium, address_hmac, scope, reason, withdrawn, said_at)
select app.current_shop(), n.medium, decode(n.fingerprint, 'hex'), n.scope, n.reason, n.scope = 'non_service',
  case when n.scope = 'non_service' then app.now() end
from json_to_recordset($1::json) as n (medium text, fingerprint text, scope text, reason text)
order by n.medium, n.fingerprint
${SUPPRESSED_BEFORE}`;
