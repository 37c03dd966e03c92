import pg from 'pg';

/** What must hold at any moment in any database. Each statement gives a row with a sentence for every fault. */
const INVARIANTS: Readonly<Record<string, string>> = {
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

  'no message is handed over twice': `
    select format('message %s was taken %s times', a.message_id, count(*)) as fault
    from app.delivery_attempt a where a.outcome = 'sent' group by a.shop_id, a.message_id having count(*) > 1
    union all
    select format('message %s was tried again after it had been taken', a.message_id) from app.delivery_attempt a
    where exists (select from app.delivery_attempt b
      where b.shop_id = a.shop_id and b.message_id = a.message_id and b.outcome = 'sent' and b.attempt < a.attempt)
    union all
    select format('%s messages of run %s, step %s, visit %s, were sent on %s', count(*), m.run_id, m.step, m.visit, m.medium)
    from app.message m where m.state = 'sent' group by m.shop_id, m.run_id, m.step, m.visit, m.medium having count(*) > 1`,
};

/** More faults of one kind are counted, not listed. */
const MAX_SHOWN = 10;

/** Every fault there is, as a sentence; empty when all is well. */
async function faultsIn(client: pg.Client): Promise<string[]> {
  const faults: string[] = [];
  for (const [title, sql] of Object.entries(INVARIANTS)) {
    const { rows } = await client.query<{ fault: string; n: string }>(
      `select fault, count(*) over () as n from (${sql}) f limit ${MAX_SHOWN}`,
    );
    for (const { fault } of rows) faults.push(`${title}: ${fault}`);
    if (Number(rows[0]?.n ?? 0) > MAX_SHOWN) faults.push(`${title}: ${rows[0]?.n} faults in all`);
  }
  return faults;
}

/** In one snapshot, so that workers may go on meanwhile. */
async function faultsAt(ownerUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    return await faultsIn(client);
  } finally {
    await client.end();
  }
}

/**
 * Fails with every fault there is.
 * @param database URL of the schema's owner, who sees every shop; or a connection of theirs, with what it has not committed
 */
export async function expectInvariants(database: string | pg.Client): Promise<void> {
  const faults = typeof database === 'string' ? await faultsAt(database) : await faultsIn(database);
  if (faults.length > 0) throw new Error(`The database breaks its invariants:\n${faults.join('\n')}`);
}
