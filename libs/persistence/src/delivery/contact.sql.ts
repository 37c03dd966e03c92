import { presentId } from '../facts/present-customer.sql.js';

export const CONTACT_RULES = `
select s.contact_rules as rules, s.time_zone as zone, app.now() as now from app.shop s where s.id = app.current_shop()`;

const milliseconds = (column: string): string => `floor(extract(epoch from ${column}) * 1000)::bigint`;

/** Of a person's orders the newest count: trouble with others is long past. */
const MAX_ORDERS = 50;

/**
 * The books on each person, over all records that were merged into theirs. Subqueries instead of joins: each is a look-up by key,
 * whatever the planner believes about tables it has no statistics of.
 */
export const CONTACT_BOOKS = `
select p.asked, p.person,
  (select json_agg(json_build_object('at', ${milliseconds('m.handed_at')}, 'class', m.class, 'medium', m.medium, 'runId', m.run_id,
      'survey', case when m.survey is not null then json_build_object('key', m.survey->'key', 'metric', m.survey->'metric') end))
    from app.message m
    where m.shop_id = app.current_shop() and m.customer_id = any(p.records) and m.class <> 'service'
      and m.state in ('handing', 'sent', 'unknown') and m.handed_at > $3::timestamptz) as contacts,
  (select json_agg(json_build_object('at', ${milliseconds('a.answered_at')}, 'metric', a.metric, 'score', a.score, 'scale', a.scale))
    from app.survey_answer a
    where a.shop_id = app.current_shop() and a.customer_id = any(p.records) and not a.superseded
      and a.answered_at > $3::timestamptz) as answers,
  (select json_agg(json_build_object('topic', f.topic, 'priority', f.priority, 'openedAt', ${milliseconds('f.opened_at')},
      'closedAt', ${milliseconds('f.closed_at')}))
    from app.case_file f
    where f.shop_id = app.current_shop() and f.customer_id = any(p.records)) as cases,
  (select json_agg(json_build_object('id', o.id, 'facts', o.facts))
    from (select n.id, n.facts from app.orders n where n.shop_id = app.current_shop() and n.customer_id = any(p.records)
      order by n.placed_at desc nulls first limit ${MAX_ORDERS}) o) as orders,
  (select json_agg(json_build_object('runId', m.run_id, 'priority', coalesce((v.document->>'priority')::integer, $4::integer)))
    from app.message m
    join app.journey_version v on v.shop_id = m.shop_id and v.id = m.version_id
    where m.shop_id = app.current_shop() and m.customer_id = any(p.records) and m.class <> 'service' and m.state in ('queued', 'claimed')
      and not m.held and m.not_before <= app.now() and m.id <> all($2::uuid[])) as rivals
from (
  select a.id as asked, ${presentId('a')} as person, array(
    select ${presentId('a')} union all
    select r.id from app.customer r where r.shop_id = a.shop_id and r.merged_into = ${presentId('a')}) as records
  from app.customer a where a.shop_id = app.current_shop() and a.id = any($1::uuid[])) p`;
