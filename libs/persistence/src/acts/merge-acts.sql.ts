/** Tables of acts whose rows simply follow their customer. */
export const FOLLOWING_ACTS = ['points_entry', 'promise', 'webhook_call'] as const;

/**
 * Parts of the statement that merges customers, over `m (loser, survivor)`: where both have a row, the rule that keeps one within
 * a person's record decides here too.
 */
export const MERGE_ACTS = `lost_attribute as (delete from app.customer_attribute t using m where t.customer_id = m.loser returning t.*, m.survivor),
  kept_attribute as (
    insert into app.customer_attribute as t (shop_id, customer_id, name, value, set_at, run_id)
    select distinct on (l.survivor, l.name) l.shop_id, l.survivor, l.name, l.value, l.set_at, l.run_id
    from lost_attribute l order by l.survivor, l.name, l.set_at desc, l.customer_id
    on conflict (shop_id, customer_id, name) do update set value = excluded.value, set_at = excluded.set_at, run_id = excluded.run_id
      where excluded.set_at > t.set_at),
  lost_tag as (delete from app.customer_tag t using m where t.customer_id = m.loser returning t.*, m.survivor),
  kept_tag as (
    insert into app.customer_tag as t (shop_id, customer_id, tag, is_on, set_at, run_id)
    select distinct on (l.survivor, l.tag) l.shop_id, l.survivor, l.tag, l.is_on, l.set_at, l.run_id
    from lost_tag l order by l.survivor, l.tag, l.set_at desc, l.customer_id
    on conflict (shop_id, customer_id, tag) do update set is_on = excluded.is_on, set_at = excluded.set_at, run_id = excluded.run_id
      where excluded.set_at > t.set_at),
  lost_arm as (delete from app.assignment t using m where t.customer_id = m.loser returning t.*, m.survivor),
  kept_arm as (
    insert into app.assignment as t (shop_id, journey_id, step, customer_id, arm, run_id, assigned_at)
    select distinct on (l.journey_id, l.step, l.survivor) l.shop_id, l.journey_id, l.step, l.survivor, l.arm, l.run_id, l.assigned_at
    from lost_arm l order by l.journey_id, l.step, l.survivor, l.assigned_at, l.customer_id
    on conflict (shop_id, journey_id, step, customer_id) do update
      set arm = excluded.arm, run_id = excluded.run_id, assigned_at = excluded.assigned_at
      where excluded.assigned_at < t.assigned_at),
  open_case as (
    select t.id,
      first_value(t.id) over (partition by coalesce(m.survivor, t.customer_id), t.topic
        order by m.survivor is not null, t.opened_at, t.id) as kept
    from app.case_file t left join m on m.loser = t.customer_id
    where t.state = 'open' and (m.loser is not null or t.customer_id in (select survivor from m))),
  moved_case as (
    update app.case_file t set customer_id = m.survivor,
      state = case when o.id <> o.kept then 'closed' else t.state end,
      closed_at = case when o.id <> o.kept then app.now() else t.closed_at end,
      outcome = case when o.id <> o.kept then 'merged' else t.outcome end
    from m join app.case_file c on c.customer_id = m.loser left join open_case o on o.id = c.id
    where t.shop_id = c.shop_id and t.id = c.id),
  moved_note as (
    update app.case_note n set case_id = o.kept from open_case o where n.case_id = o.id and o.id <> o.kept)`;
