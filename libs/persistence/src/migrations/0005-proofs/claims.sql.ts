/**
 * Claims that keep shops apart and culprits alone. While less is due than a claim takes, the longest due go first, as before; beyond
 * that each shop that has something due gets its share of every claim, and what is left goes to the longest due. What was claimed
 * before without any progress may be what ends its worker each time: it is claimed by itself, so that nothing dies with it.
 */
export const claimsSql = /* sql */ `
-- Claims whose lease ran out, and tries that the provider sent back; neither is ever taken away but by a person.
alter table app.message add column claims_lost smallint not null default 0;
alter table app.message add column returned smallint not null default 0;
create index message_lane on app.message (medium, shop_id, not_before)
  where state = 'queued' and not held and claims_lost = 0 and returned = 0;
create index message_again on app.message (medium, not_before) where state = 'queued' and not held and claims_lost = 0 and returned > 0;
create index message_suspect on app.message (medium, not_before) where state = 'queued' and not held and claims_lost > 0;
create index timer_lane on app.timer (shop_id, due_at) where state = 'scheduled' and not held and attempts < 2;
create index timer_suspect on app.timer (due_at) where state = 'scheduled' and not held and attempts >= 2;

-- Claims due messages of one medium: up to p_limit that are new, p_retries of them that the provider sent back before; or one
-- that is suspect, alone.
create function app.claim_due_messages(p_medium text, p_limit integer, p_retries integer, p_lease interval)
  returns table (shop_id uuid, id uuid, epoch integer, attempts smallint, claims_lost smallint, returned smallint)
  language plpgsql volatile security definer set search_path = app, pg_temp
as $$
#variable_conflict use_column
declare
  v_now timestamptz := app.now();
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
      set state = 'claimed', attempts = m.attempts + 1, epoch = m.epoch + 1, lease_until = app.lease_now() + p_lease
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
      set state = 'claimed', attempts = m.attempts + 1, epoch = m.epoch + 1, lease_until = app.lease_now() + p_lease
      from picked p where m.shop_id = p.shop_id and m.id = p.id
      returning m.shop_id, m.id, m.epoch, m.attempts, m.claims_lost, m.returned;
  get diagnostics v_taken = row_count;

  if cardinality(v_shops) > 1 then
    return query
      with picked as (
        select due.shop_id, due.id from unnest(v_shops) lane (shop_id), lateral (select m.shop_id, m.id from app.message m
          where m.shop_id = lane.shop_id and m.state = 'queued' and not m.held and m.claims_lost = 0 and m.returned = 0
            and m.medium = p_medium and m.not_before <= v_now
          order by m.not_before limit greatest((p_limit - v_taken) / cardinality(v_shops), 1) for update skip locked) due
        limit p_limit - v_taken
      )
      update app.message m
        set state = 'claimed', attempts = m.attempts + 1, epoch = m.epoch + 1, lease_until = app.lease_now() + p_lease
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
      set state = 'claimed', attempts = m.attempts + 1, epoch = m.epoch + 1, lease_until = app.lease_now() + p_lease
      from picked p where m.shop_id = p.shop_id and m.id = p.id
      returning m.shop_id, m.id, m.epoch, m.attempts, m.claims_lost, m.returned;
end $$;

-- Claims up to p_limit due timers, or one that was claimed twice before, alone.
create function app.claim_due_timers(p_limit integer, p_lease interval)
  returns table (shop_id uuid, run_id uuid, due_at timestamptz, attempts smallint, epoch integer, is_suspect boolean)
  language plpgsql volatile security definer set search_path = app, pg_temp
as $$
#variable_conflict use_column
declare
  v_now timestamptz := app.now();
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
      set state = 'claimed', attempts = t.attempts + 1, epoch = t.epoch + 1, lease_until = app.lease_now() + p_lease
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
          where t.shop_id = lane.shop_id and t.state = 'scheduled' and not t.held and t.attempts < 2 and t.due_at <= v_now
          order by t.due_at limit greatest(p_limit / cardinality(v_shops), 1) for update skip locked) due
        limit p_limit
      )
      update app.timer t
        set state = 'claimed', attempts = t.attempts + 1, epoch = t.epoch + 1, lease_until = app.lease_now() + p_lease
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
      set state = 'claimed', attempts = t.attempts + 1, epoch = t.epoch + 1, lease_until = app.lease_now() + p_lease
      from picked p where t.shop_id = p.shop_id and t.run_id = p.run_id
      returning t.shop_id, t.run_id, t.due_at, t.attempts, t.epoch, false;
end $$;

-- As in 0001-initial; a claim that ran out is noted.
create or replace function app.reap_leases() returns table (kind text, n bigint)
  language sql volatile security definer set search_path = app, pg_temp
as $$
  with unknown as (
    update app.message m set state = 'unknown', reason = 'lease-expired', lease_until = null
    where m.state = 'handing' and m.lease_until < app.lease_now() returning 1
  ), released as (
    update app.message m set state = 'queued', lease_until = null, claims_lost = least(m.claims_lost + 1, 1000)
    where m.state = 'claimed' and m.lease_until < app.lease_now() returning 1
  ), timers as (
    update app.timer t set state = 'scheduled', lease_until = null
    where t.state = 'claimed' and t.lease_until < app.lease_now() returning 1
  )
  select 'unknown', count(*) from unknown union all select 'released', count(*) from released union all select 'timers', count(*) from timers $$;
`;
