/** One statement for each type of act; each takes its rows as one JSON list. Rows go in in one order everywhere, so that nobody waits in a circle. */

const NAMED =
  'n integer, run_id uuid, step text, visit integer, act_index integer, customer_id uuid, order_id uuid, at timestamptz';
const rows = (columns: string): string => `jsonb_to_recordset($1::jsonb) as a (${NAMED}, ${columns})`;
const ONCE = 'on conflict (shop_id, run_id, step, visit, act_index) do nothing';

export const SET_ATTRIBUTES = `
insert into app.customer_attribute as t (shop_id, customer_id, name, value, set_at, run_id)
select distinct on (a.customer_id, a.name) app.current_shop(), a.customer_id, a.name, coalesce(a.value, 'null'), a.at, a.run_id
from ${rows('name text, value jsonb')}
order by a.customer_id, a.name, a.at desc, a.n desc
on conflict (shop_id, customer_id, name) do update set value = excluded.value, set_at = excluded.set_at, run_id = excluded.run_id
  where excluded.set_at >= t.set_at`;

export const SET_TAGS = `
insert into app.customer_tag as t (shop_id, customer_id, tag, is_on, set_at, run_id)
select distinct on (a.customer_id, a.tag) app.current_shop(), a.customer_id, a.tag, a.is_on, a.at, a.run_id
from ${rows('tag text, is_on boolean')}
order by a.customer_id, a.tag, a.at desc, a.n desc
on conflict (shop_id, customer_id, tag) do update set is_on = excluded.is_on, set_at = excluded.set_at, run_id = excluded.run_id
  where excluded.set_at >= t.set_at`;

export const AWARD_POINTS = `
insert into app.points_entry (shop_id, id, run_id, step, visit, act_index, customer_id, order_id, points, reason, at)
select app.current_shop(), gen_random_uuid(), a.run_id, a.step, a.visit, a.act_index, a.customer_id, a.order_id, a.points, a.reason, a.at
from ${rows('points integer, reason text')} order by a.run_id, a.n
${ONCE}`;

export const MAKE_PROMISES = `
insert into app.promise (shop_id, id, run_id, step, visit, act_index, customer_id, order_id, what, due, made_at)
select app.current_shop(), gen_random_uuid(), a.run_id, a.step, a.visit, a.act_index, a.customer_id, a.order_id, a.what, a.due, a.at
from ${rows('what text, due date')} order by a.run_id, a.n
${ONCE}`;

/** The first arm stays, but for one that the act says it replaces. */
export const ASSIGN_ARMS = `
with named as (select a.* from ${rows('journey_id uuid, arm text, replaces text')})
insert into app.assignment as t (shop_id, journey_id, step, customer_id, arm, run_id, assigned_at)
select distinct on (a.journey_id, a.step, a.customer_id) app.current_shop(), a.journey_id, a.step, a.customer_id, a.arm, a.run_id, a.at
from named a order by a.journey_id, a.step, a.customer_id, a.at, a.n
on conflict (shop_id, journey_id, step, customer_id) do update
  set arm = excluded.arm, run_id = excluded.run_id, assigned_at = excluded.assigned_at
  where exists (select 1 from named a where a.journey_id = t.journey_id and a.step = t.step and a.customer_id = t.customer_id
    and a.run_id = excluded.run_id and a.replaces = t.arm)`;

/** The more urgent of two priorities. */
const greaterPriority = (a: string, b: string): string => {
  const order = `array['low', 'normal', 'high', 'urgent']`;
  return `case when array_position(${order}, ${b}) > array_position(${order}, ${a}) then ${b} else ${a} end`;
};

/** A person has one open case of a topic: a further reason becomes a note of it and may make it more urgent. */
export const OPEN_CASES = `
with fresh as (
  select a.* from ${rows('topic text, title text, priority text')}
  where not exists (select 1 from app.case_note k where k.shop_id = app.current_shop() and k.run_id = a.run_id and k.step = a.step
    and k.visit = a.visit and k.act_index = a.act_index)
), opened as (
  insert into app.case_file as t (shop_id, id, topic, title, priority, customer_id, order_id, run_id, opened_at)
  select distinct on (f.customer_id, f.topic) app.current_shop(), gen_random_uuid(), f.topic, f.title,
    (array['low', 'normal', 'high', 'urgent'])[max(array_position(array['low', 'normal', 'high', 'urgent'], f.priority))
      over (partition by f.customer_id, f.topic)],
    f.customer_id, f.order_id, f.run_id, f.at
  from fresh f order by f.customer_id, f.topic, f.at, f.n
  on conflict (shop_id, customer_id, topic) where state = 'open'
    do update set priority = ${greaterPriority('t.priority', 'excluded.priority')}
  returning t.id, t.customer_id, t.topic
)
insert into app.case_note (shop_id, run_id, step, visit, act_index, case_id, title, priority, order_id, at)
select app.current_shop(), f.run_id, f.step, f.visit, f.act_index, o.id, f.title, f.priority, f.order_id, f.at
from fresh f join opened o using (customer_id, topic)
${ONCE}`;

export const QUEUE_CALLS = `
insert into app.webhook_call (shop_id, id, run_id, step, visit, act_index, journey_id, customer_id, order_id, url, payload, held, due_at,
  not_before)
select app.current_shop(), gen_random_uuid(), a.run_id, a.step, a.visit, a.act_index, a.journey_id, a.customer_id, a.order_id, a.url,
  coalesce(a.payload, 'null'), a.held, a.at, a.at
from ${rows('journey_id uuid, url text, payload jsonb, held boolean')} order by a.run_id, a.n
${ONCE}`;
