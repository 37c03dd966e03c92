/**
 * Claims of messages that may go by some of all accounts: those of the shops that are named, or of all but the named ones. Where a
 * shop is left out, or stands still, its rows are not gone over one by one: each other shop is asked for its own.
 */
export const claimsOfPoolsSql = /* sql */ `
create index shop_paused on app.shop (id) where paused_at is not null;

-- As in 0006-safeguards, of the shops of p_only (null: all of them) but those of p_except.
create function app.claim_due_messages(p_medium text, p_limit integer, p_retries integer, p_lease interval,
    p_only uuid[], p_except uuid[])
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
  v_is_crowded boolean := false;
  v_is_narrow boolean := p_only is not null or cardinality(p_except) > 0 or exists (select from app.shop s where s.paused_at is not null);
begin
  return query
    with picked as (
      select m.shop_id, m.id from app.message m
      where m.state = 'queued' and not m.held and m.claims_lost > 0 and m.medium = p_medium and m.not_before <= v_now
        and (select s.paused_at from app.shop s where s.id = m.shop_id) is null and (p_only is null or m.shop_id = any(p_only)) and m.shop_id <> all(p_except)
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
    v_is_crowded := true;
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
      where l.not_before <= v_now and s.paused_at is null
        and (p_only is null or l.shop_id = any(p_only)) and l.shop_id <> all(p_except) order by l.not_before limit p_limit) due;
  end if;

  return query
    with picked as (
      select m.shop_id, m.id from app.message m
      where m.state = 'queued' and not m.held and m.claims_lost = 0 and m.returned > 0 and m.medium = p_medium and m.not_before <= v_now
        and (select s.paused_at from app.shop s where s.id = m.shop_id) is null and (p_only is null or m.shop_id = any(p_only)) and m.shop_id <> all(p_except)
      order by m.not_before limit least(p_retries, p_limit) for update skip locked
    )
    update app.message m
      set state = 'claimed', attempts = m.attempts + 1, epoch = m.epoch + 1, lease_until = v_lease
      from picked p where m.shop_id = p.shop_id and m.id = p.id
      returning m.shop_id, m.id, m.epoch, m.attempts, m.claims_lost, m.returned;
  get diagnostics v_taken = row_count;

  if cardinality(v_shops) > 1 or (v_is_narrow and v_shops is not null) then
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

  if v_is_crowded and v_is_narrow then
    return query
      with picked as (
        select due.shop_id, due.id from unnest(v_shops) lane (shop_id), lateral (select m.shop_id, m.id from app.message m
          where (m.shop_id, m.not_before) >= (lane.shop_id, '-infinity') and (m.shop_id, m.not_before) <= (lane.shop_id, v_now)
            and m.medium = p_medium and m.state = 'queued' and not m.held and m.claims_lost = 0 and m.returned = 0
          order by m.shop_id, m.not_before limit p_limit - v_taken - v_more for update skip locked) due
        limit p_limit - v_taken - v_more
      )
      update app.message m
        set state = 'claimed', attempts = m.attempts + 1, epoch = m.epoch + 1, lease_until = v_lease
        from picked p where m.shop_id = p.shop_id and m.id = p.id
        returning m.shop_id, m.id, m.epoch, m.attempts, m.claims_lost, m.returned;
    return;
  end if;

  return query
    with picked as (
      select m.shop_id, m.id from app.message m
      where m.state = 'queued' and not m.held and m.medium = p_medium and m.not_before <= v_now and m.claims_lost = 0 and m.returned = 0
        and (select s.paused_at from app.shop s where s.id = m.shop_id) is null and (p_only is null or m.shop_id = any(p_only)) and m.shop_id <> all(p_except)
      order by m.not_before limit p_limit - v_taken - v_more for update skip locked
    )
    update app.message m
      set state = 'claimed', attempts = m.attempts + 1, epoch = m.epoch + 1, lease_until = v_lease
      from picked p where m.shop_id = p.shop_id and m.id = p.id
      returning m.shop_id, m.id, m.epoch, m.attempts, m.claims_lost, m.returned;
end $$;
`;
