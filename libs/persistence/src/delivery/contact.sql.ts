import { presentId } from '../facts/present-customer.sql.js';

export const CONTACT_RULES = `
select s.contact_rules as rules, s.time_zone as zone, s.currency, app.now() as now from app.shop s where s.id = app.current_shop()`;

/** Holds the count, so that two fences can't both take the last place; who hands over without a judgement waits as well. */
export const HANDED_TODAY = `
insert into app.sending_day as d (shop_id, day, medium, handed)
select s.id, (app.now() at time zone s.time_zone)::date, $1, 0 from app.shop s where s.id = app.current_shop()
on conflict (shop_id, day, medium) do update set handed = d.handed
returning d.handed`;

export const milliseconds = (column: string): string => `floor(extract(epoch from ${column}) * 1000)::bigint`;

/** Of a person's orders the newest count: trouble with others is long past. */
const MAX_ORDERS = 50;

/** One JSON list of what `rows` finds for each record `r.id` of a person `p`; `offset 0` keeps it a look-up by key for each. */
const gathered = (rows: string): string =>
  `(select json_agg(found.one) from unnest(p.records) r (id) cross join lateral (${rows} offset 0) found)`;

/**
 * The books on each person, over all records that were merged into theirs. Every part is a look-up by one key, whatever the planner
 * believes about tables it has no statistics of: joins and lists of keys would have it read the messages of all people.
 */
export const CONTACT_BOOKS = `
select p.asked, p.person,
  (select json_build_object('timeZone', c.facts->'timeZone', 'country', c.facts->'country', 'phone', c.facts->'phone', 'repliedAt', c.facts->'repliedAt') from app.customer c
    where c.shop_id = app.current_shop() and c.id = p.person) as place,
  ${gathered(`
    select json_build_object('at', ${milliseconds('m.handed_at')}, 'class', m.class, 'medium', m.medium, 'runId', m.run_id,
      'survey', case when m.survey is not null then json_build_object('key', m.survey->'key', 'metric', m.survey->'metric') end,
      'hasReachedGoal', m.class = 'review' and coalesce((select o.state->>'goalAt' is not null from app.journey_run o
        where o.shop_id = m.shop_id and o.id = m.run_id), false)) as one
    from app.message m
    where m.shop_id = app.current_shop() and m.customer_id = r.id and m.class <> 'service'
      and m.state in ('handing', 'sent', 'unknown') and m.handed_at > $3::timestamptz`)} as contacts,
  ${gathered(`
    select json_build_object('at', ${milliseconds('a.answered_at')}, 'metric', a.metric, 'score', a.score, 'scale', a.scale) as one
    from app.survey_answer a
    where a.shop_id = app.current_shop() and a.customer_id = r.id and not a.superseded and a.answered_at > $3::timestamptz`)} as answers,
  ${gathered(`
    select json_build_object('topic', f.topic, 'priority', f.priority, 'runId', f.run_id, 'openedAt', ${milliseconds('f.opened_at')},
      'closedAt', ${milliseconds('f.closed_at')}) as one
    from app.case_file f where f.shop_id = app.current_shop() and f.customer_id = r.id`)} as cases,
  ${gathered(`
    select json_build_object('id', o.id, 'facts', o.facts) as one
    from app.orders o where o.shop_id = app.current_shop() and o.customer_id = r.id
    order by o.placed_at desc nulls first limit ${MAX_ORDERS}`)} as orders,
  ${gathered(`
    select json_build_object('dueAt', ${milliseconds('m.due_at')}, 'priority', coalesce((select (v.document->>'priority')::integer
      from app.journey_version v where v.shop_id = m.shop_id and v.id = m.version_id), $4::integer)) as one
    from app.message m
    where m.shop_id = app.current_shop() and m.customer_id = r.id and m.class <> 'service' and m.state in ('queued', 'claimed')
      and not m.held and m.not_before <= app.now() and m.id <> all($2::uuid[])`)} as rivals
from unnest($1::uuid[]) as w (id) cross join lateral (
  select a.id as asked, ${presentId('a')} as person, array(
    select ${presentId('a')} union all
    select t.id from app.customer t where t.shop_id = a.shop_id and t.merged_into = ${presentId('a')}) as records
  from app.customer a where a.shop_id = app.current_shop() and a.id = w.id offset 0) p`;
