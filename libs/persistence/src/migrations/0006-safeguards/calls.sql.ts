/** Calls of webhooks are claimed so that a receiver that hangs holds up its own shop alone. */
export const callsSql = /* sql */ `
create index webhook_call_lane on app.webhook_call (shop_id, not_before) where state = 'queued' and not held;
drop function app.claim_calls(integer, interval);

-- Claims up to p_free due calls, oldest first. p_busy names the shop of every call that the process has under way: of the free places a shop
-- gets what leaves as many free as it then has, so that whoever comes next finds some. Who has none gets one in any case.
create function app.claim_calls(p_free integer, p_busy uuid[], p_lease interval)
  returns table (shop_id uuid, id uuid, epoch integer, attempts smallint)
  language plpgsql volatile security definer set search_path = app, pg_temp
  set enable_sort = off set enable_incremental_sort = off set enable_bitmapscan = off set enable_seqscan = off
as $$
#variable_conflict use_column
declare v_now timestamptz := app.now();
begin
  return query
    with recursive lane as (
      (select c.shop_id, c.not_before from app.webhook_call c where c.state = 'queued' and not c.held order by c.shop_id, c.not_before limit 1)
      union all
      select n.shop_id, n.not_before from lane l, lateral (select c.shop_id, c.not_before from app.webhook_call c
        where c.state = 'queued' and not c.held and c.shop_id > l.shop_id order by c.shop_id, c.not_before limit 1) n
    ), waiting as (
      select l.shop_id, (select count(*) from unnest(p_busy) b (shop) where b.shop = l.shop_id) as own, count(*) over () as shops
      from lane l join app.shop s on s.id = l.shop_id
      where l.not_before <= v_now and s.paused_at is null order by l.not_before limit p_free
    ), picked as (
      select due.shop_id, due.id from waiting w, lateral (
        select c.shop_id, c.id, c.not_before from app.webhook_call c
        where c.state = 'queued' and not c.held
          and (c.shop_id, c.not_before) >= (w.shop_id, '-infinity') and (c.shop_id, c.not_before) <= (w.shop_id, v_now)
        order by c.shop_id, c.not_before limit greatest((p_free - w.own) / (w.shops + 1), case when w.own = 0 then 1 else 0 end)
        for update skip locked) due
      limit p_free
    )
    update app.webhook_call c
      set state = 'claimed', attempts = c.attempts + 1, epoch = c.epoch + 1, lease_until = app.lease_now() + p_lease
      from picked p where c.shop_id = p.shop_id and c.id = p.id
      returning c.shop_id, c.id, c.epoch, c.attempts;
end $$;
`;
