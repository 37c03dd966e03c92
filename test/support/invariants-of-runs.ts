/** What holds of runs, their visits and their waits. Each statement gives a row with a sentence for every fault. */
export const RUN_INVARIANTS: Readonly<Record<string, string>> = {
  'every visit of a run is accounted for once': `
    select format('run %s entered %s steps, %s are accounted for', r.id, r.state->>'visit', count(v.visit)) as fault
    from app.journey_run r left join app.step_visit v on v.shop_id = r.shop_id and v.run_id = r.id
      and v.visit between 1 and (r.state->>'visit')::integer
    group by r.shop_id, r.id having count(v.visit) <> (r.state->>'visit')::integer or count(distinct v.visit) <> count(v.visit)`,

  'what entered a step is the sum of what became of it': `
    with entered as (
      select r.shop_id, r.journey_id, l.step, count(distinct (l.run_id, l.data->>'visit')) as n
      from app.run_journal l join app.journey_run r on r.shop_id = l.shop_id and r.id = l.run_id
      where l.data ? 'visit' group by 1, 2, 3
    ), became as (
      select shop_id, journey_id, step, count(*) as n from app.step_visit
      where state in ('sent', 'passed', 'heldOut') and reason is null
        or state in ('skipped', 'failed', 'waiting', 'exited') and reason is not null
      group by 1, 2, 3
    )
    select format('step %s of journey %s: %s entered, %s became something', e.step, e.journey_id, e.n, coalesce(b.n, 0)) as fault
    from entered e full join became b using (shop_id, journey_id, step) where e.n is distinct from b.n`,

  'what is noted of a run is what became of its visits': `
    select format('run %s took %s, noted is %s', r.id, w.visits, p.visits) as fault
    from app.journey_run r left join app.run_path p on p.shop_id = r.shop_id and p.journey_id = r.journey_id and p.id = r.path_id
    cross join lateral (
      select jsonb_agg(jsonb_build_array(v.step, v.state, v.reason, v.n) order by v.step, v.state, v.reason) as visits
      from (select t.step, t.state, t.reason, count(*) as n from app.step_visit t where t.shop_id = r.shop_id and t.run_id = r.id
        and (t.state <> 'waiting' or t.step is distinct from r.step) group by t.step, t.state, t.reason) v) w
    where r.path_id is not null and p.visits is distinct from coalesce(w.visits, '[]')`,

  'every message was decided on, and every decision to send made a message': `
    select format('message %s: its run has no line for step %s, visit %s', m.id, m.step, m.visit) as fault
    from app.message m where not exists (
      select from app.journey_run r join app.run_journal l on l.shop_id = r.shop_id and l.run_month = r.run_month and l.run_id = r.id
      where r.shop_id = m.shop_id and r.id = m.run_id and l.kind in ('sent', 'held-out') and l.step = m.step
        and (l.data->>'visit')::integer = m.visit)
    union all
    select format('run %s: step %s, visit %s, made no message', l.run_id, l.step, l.data->>'visit')
    from app.run_journal l join app.journey_run r on r.shop_id = l.shop_id and r.id = l.run_id
    where l.kind = 'sent' and r.end_reason is distinct from 'failed:journey.endless' and not exists (
      select from app.message m where m.shop_id = l.shop_id and m.run_id = l.run_id and m.step = l.step
        and m.visit = (l.data->>'visit')::integer)`,

  'a journal folds to the state of its run': `
    select format('run %s is %s at %s with %s lines; its journal has %s and ends with %s at %s', r.id, r.status,
      coalesce(r.step, 'no step'), r.state->>'seq', l.lines, l.kind, l.step) as fault
    from app.journey_run r cross join lateral (
      select count(*) as lines, max(j.seq) as last,
        (array_agg(j.kind order by j.seq desc) filter (where j.kind not in ('goal', 'act')))[1] as kind,
        (array_agg(j.step order by j.seq desc) filter (where j.kind not in ('goal', 'act')))[1] as step,
        (array_agg(j.data order by j.seq desc) filter (where j.kind not in ('goal', 'act')))[1] as data
      from app.run_journal j where j.shop_id = r.shop_id and j.run_month = r.run_month and j.run_id = r.id) l
    where l.lines <> (r.state->>'seq')::integer or l.lines <> l.last + 1
      or r.status <> r.state->>'status' or r.step is distinct from r.state->>'step'
      or case when l.kind = 'finished'
        then r.status <> l.data->>'status' or r.step is not null or r.end_reason <> l.data->>'reason'
        else r.status <> 'waiting' or r.step is distinct from l.step end`,

  // legal: a timer for the time it waits for, a dead one with its open letter, or an event alone (no time at all)
  'no waiting run is stuck, and none that is over is woken': `
    select format('run %s waits at %s until %s: its timer is %s', r.id, r.step, r.state->'stepState'->>'until',
      coalesce(t.state || ' for ' || t.due_at, 'missing')) as fault
    from app.journey_run r left join app.timer t on t.shop_id = r.shop_id and t.run_id = r.id
    where r.status = 'waiting' and case
      when r.state->'stepState'->>'until' is null then t.run_id is not null
      when t.run_id is null then true
      when t.state = 'dead' then not exists (select from app.dead_letter d
        where d.shop_id = t.shop_id and d.kind = 'timer' and d.ref_id = t.run_id and d.state = 'open')
      else t.due_at <> to_timestamp((r.state->'stepState'->>'until')::numeric / 1000) end
    union all
    select format('run %s is over (%s), yet a timer wakes it at %s', t.run_id, r.status, t.due_at)
    from app.timer t left join app.journey_run r on r.shop_id = t.shop_id and r.id = t.run_id
    where r.status is distinct from 'waiting'`,

  'a person enters once by one key': `
    select format('journey %s was entered %s times by %s, entry %s', r.journey_id, count(*), r.entry_key, r.entry_number) as fault
    from app.journey_run r group by r.shop_id, r.journey_id, r.entry_key, r.entry_number having count(*) > 1`,

  // a message is made in the transaction that wakes its run, so it tells when that was
  'no wait ends early': `
    select format('run %s woke for %s, which is yet to come', l.run_id, l.data->>'dueAt') as fault
    from app.run_journal l where l.kind = 'woke' and (l.data->>'dueAt')::timestamptz > app.now()
    union all
    select format('run %s woke at %s for %s', m.run_id, m.created_at, w.due)
    from app.message m join app.journey_run r on r.shop_id = m.shop_id and r.id = m.run_id
    cross join lateral (
      select max((w.data->>'dueAt')::timestamptz) as due from app.run_journal s join app.run_journal w
        on w.shop_id = s.shop_id and w.run_month = s.run_month and w.run_id = s.run_id and w.seq < s.seq and w.kind = 'woke'
      where s.shop_id = r.shop_id and s.run_month = r.run_month and s.run_id = r.id and s.kind in ('sent', 'held-out')
        and s.step = m.step and (s.data->>'visit')::integer = m.visit) w
    where m.created_at < w.due - interval '1 millisecond'`,
};
