/**
 * The claims of 0005-proofs, held to the indexes that were made for them. What is due comes in crowds, and statistics know of a crowd
 * minutes later: until then the planner took it for a handful, sorted all of it for each claim, or looked for a shop's few rows
 * among the hundred thousand of another one: seconds for a claim that takes milliseconds.
 */
export const promptClaimsSql = /* sql */ `
-- A lane is asked for as a range of (shop, time), not as a shop: no index but its own gives rows in that order.
-- Claims due messages of one medium: up to p_limit that are new, p_retries of them that the provider sent back before; or one
-- that is suspect, alone.
create or replace function app.claim_due_messages(p_medium text, p_limit integer, p_retries integer, p_lease interval)
  returns table (shop_id uuid, id uuid, epoch integer, attempts smallint, claims_lost smallint, returned smallint)
  language plpgsql volatile security definer set search_path = app, pg_temp
  set enable_sort = off set enable_incremental_sort = off set enable_bitmapscan = off set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_now timestamptz := app.now();
  v_lease timestamptz := app.lease_now() + p_lease;
  v_shops uuid[];
  v_taken integer := 0;
  v_more integer := 0;
begin
  return query
    with picked as (
      select m.shop_id, m.id from app.message m
      where m.state = 'queued' and not m.held and m.claims_lost > 0 and m.medium = p_medium and m.not_before <= v_now
        and (select s.paused_at from app.shop s where s.id = m.shop_id) is null
      order by m.not_before limit 1 for update skip locked
    )
    update app.message m
      set state = 'claimed', attempts = m.attempts + 1, epoch = m.epoch + 1, lease_until = v_lease
      from picked p where m.shop_id = p.shop_id and m.id = p.id
      returning m.shop_id, m.id, m.epoch, m.attempts, m.claims_lost, m.returned;
  if found then return; end if;

  if (select count(*) from (select from app.message m
      where m.state = 'queued' and not m.held and m.medium = p_medium and m.not_before <= v_now and m.claims_lost = 0 and m.returned = 0
      order by m.not_before limit p_limit) due) = p_limit then
    p_retries := least(p_retries, greatest(p_limit / 5, 1));
    with recursive lane as (
      (select m.shop_id, m.not_before from app.message m
        where m.state = 'queued' and not m.held and m.claims_lost = 0 and m.returned = 0 and m.medium = p_medium
        order by m.shop_id, m.not_before limit 1)
      union all
      select n.shop_id, n.not_before from lane l, lateral (select m.shop_id, m.not_before from app.message m
        where m.state = 'queued' and not m.held and m.claims_lost = 0 and m.returned = 0 and m.medium = p_medium and m.shop_id > l.shop_id
        order by m.shop_id, m.not_before limit 1) n
    )
    select array_agg(due.shop_id) into v_shops from (
      select l.shop_id from lane l join app.shop s on s.id = l.shop_id
      where l.not_before <= v_now and s.paused_at is null order by l.not_before limit p_limit) due;
  end if;

  return query
    with picked as (
      select m.shop_id, m.id from app.message m
      where m.state = 'queued' and not m.held and m.claims_lost = 0 and m.returned > 0 and m.medium = p_medium and m.not_before <= v_now
        and (select s.paused_at from app.shop s where s.id = m.shop_id) is null
      order by m.not_before limit least(p_retries, p_limit) for update skip locked
    )
    update app.message m
      set state = 'claimed', attempts = m.attempts + 1, epoch = m.epoch + 1, lease_until = v_lease
      from picked p where m.shop_id = p.shop_id and m.id = p.id
      returning m.shop_id, m.id, m.epoch, m.attempts, m.claims_lost, m.returned;
  get diagnostics v_taken = row_count;

  if cardinality(v_shops) > 1 then
    return query
      with picked as (
        select due.shop_id, due.id from unnest(v_shops) lane (shop_id), lateral (select m.shop_id, m.id from app.message m
          where (m.shop_id, m.not_before) >= (lane.shop_id, '-infinity') and (m.shop_id, m.not_before) <= (lane.shop_id, v_now)
            and m.medium = p_medium and m.state = 'queued' and not m.held and m.claims_lost = 0 and m.returned = 0
          order by m.shop_id, m.not_before limit greatest((p_limit - v_taken) / cardinality(v_shops), 1) for update skip locked) due
        limit p_limit - v_taken
      )
      update app.message m
        set state = 'claimed', attempts = m.attempts + 1, epoch = m.epoch + 1, lease_until = v_lease
        from picked p where m.shop_id = p.shop_id and m.id = p.id
        returning m.shop_id, m.id, m.epoch, m.attempts, m.claims_lost, m.returned;
    get diagnostics v_more = row_count;
  end if;

  return query
    with picked as (
      select m.shop_id, m.id from app.message m
      where m.state = 'queued' and not m.held and m.medium = p_medium and m.not_before <= v_now and m.claims_lost = 0 and m.returned = 0
        and (select s.paused_at from app.shop s where s.id = m.shop_id) is null
      order by m.not_before limit p_limit - v_taken - v_more for update skip locked
    )
    update app.message m
      set state = 'claimed', attempts = m.attempts + 1, epoch = m.epoch + 1, lease_until = v_lease
      from picked p where m.shop_id = p.shop_id and m.id = p.id
      returning m.shop_id, m.id, m.epoch, m.attempts, m.claims_lost, m.returned;
end $$;

-- Claims up to p_limit due timers, or one that was claimed twice before, alone.
create or replace function app.claim_due_timers(p_limit integer, p_lease interval)
  returns table (shop_id uuid, run_id uuid, due_at timestamptz, attempts smallint, epoch integer, is_suspect boolean)
  language plpgsql volatile security definer set search_path = app, pg_temp
  set enable_sort = off set enable_incremental_sort = off set enable_bitmapscan = off set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_now timestamptz := app.now();
  v_lease timestamptz := app.lease_now() + p_lease;
  v_shops uuid[];
  v_taken integer := 0;
begin
  return query
    with picked as (
      select t.shop_id, t.run_id from app.timer t
      where t.state = 'scheduled' and not t.held and t.attempts >= 2 and t.due_at <= v_now
        and (select s.paused_at from app.shop s where s.id = t.shop_id) is null
      order by t.due_at limit 1 for update skip locked
    )
    update app.timer t
      set state = 'claimed', attempts = t.attempts + 1, epoch = t.epoch + 1, lease_until = v_lease
      from picked p where t.shop_id = p.shop_id and t.run_id = p.run_id
      returning t.shop_id, t.run_id, t.due_at, t.attempts, t.epoch, true;
  if found then return; end if;

  if (select count(*) from (select from app.timer t
      where t.state = 'scheduled' and not t.held and t.due_at <= v_now and t.attempts < 2
      order by t.due_at limit p_limit) due) = p_limit then
    with recursive lane as (
      (select t.shop_id, t.due_at from app.timer t where t.state = 'scheduled' and not t.held and t.attempts < 2
        order by t.shop_id, t.due_at limit 1)
      union all
      select n.shop_id, n.due_at from lane l, lateral (select t.shop_id, t.due_at from app.timer t
        where t.state = 'scheduled' and not t.held and t.attempts < 2 and t.shop_id > l.shop_id
        order by t.shop_id, t.due_at limit 1) n
    )
    select array_agg(due.shop_id) into v_shops from (
      select l.shop_id from lane l join app.shop s on s.id = l.shop_id
      where l.due_at <= v_now and s.paused_at is null order by l.due_at limit p_limit) due;
  end if;

  if cardinality(v_shops) > 1 then
    return query
      with picked as (
        select due.shop_id, due.run_id from unnest(v_shops) lane (shop_id), lateral (select t.shop_id, t.run_id from app.timer t
          where (t.shop_id, t.due_at) >= (lane.shop_id, '-infinity') and (t.shop_id, t.due_at) <= (lane.shop_id, v_now)
            and t.state = 'scheduled' and not t.held and t.attempts < 2
          order by t.shop_id, t.due_at limit greatest(p_limit / cardinality(v_shops), 1) for update skip locked) due
        limit p_limit
      )
      update app.timer t
        set state = 'claimed', attempts = t.attempts + 1, epoch = t.epoch + 1, lease_until = v_lease
        from picked p where t.shop_id = p.shop_id and t.run_id = p.run_id
        returning t.shop_id, t.run_id, t.due_at, t.attempts, t.epoch, false;
    get diagnostics v_taken = row_count;
  end if;

  return query
    with picked as (
      select t.shop_id, t.run_id from app.timer t
      where t.state = 'scheduled' and not t.held and t.due_at <= v_now and t.attempts < 2
        and (select s.paused_at from app.shop s where s.id = t.shop_id) is null
      order by t.due_at limit p_limit - v_taken for update skip locked
    )
    update app.timer t
      set state = 'claimed', attempts = t.attempts + 1, epoch = t.epoch + 1, lease_until = v_lease
      from picked p where t.shop_id = p.shop_id and t.run_id = p.run_id
      returning t.shop_id, t.run_id, t.due_at, t.attempts, t.epoch, false;
end $$;

-- The same for bodies: of one shop in the order in which they came.
alter function app.claim_inbox(integer, interval) set enable_sort = off;
alter function app.claim_inbox(integer, interval) set enable_incremental_sort = off;
alter function app.claim_inbox(integer, interval) set enable_bitmapscan = off;
alter function app.claim_inbox(integer, interval) set enable_seqscan = off;
`;
