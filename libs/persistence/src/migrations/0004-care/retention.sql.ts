/** Old months of event-like tables are dropped whole; old contents and links are deleted row by row. */
export const retentionSql = /* sql */ `
-- Drops the partitions of a table that end at or before the month of p_before. A month of journals stays while a run that started in it
-- is under way or not yet folded into its path, one of attempts while a message of it is, and one of bodies while one waits for a worker.
create function app.drop_months(p_table text, p_before timestamptz) returns integer
  language plpgsql volatile security definer set search_path = app, pg_temp
as $$
declare v_name text; v_month date; v_dropped integer := 0;
begin
  if p_table not in ('inbox_event', 'event', 'run_journal', 'delivery_attempt') then
    raise exception 'months of % are not dropped', p_table;
  end if;
  for v_name in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = ('app.' || p_table)::regclass order by c.relname
  loop
    v_month := to_date(right(v_name, 7), 'YYYY_MM');
    continue when v_month + interval '1 month' > date_trunc('month', p_before at time zone 'UTC');
    continue when p_table = 'run_journal' and exists (select 1 from app.journey_run r where r.run_month = v_month and (r.status = 'waiting' or r.path_id is null));
    continue when p_table = 'delivery_attempt' and app.has_open_messages(v_month);
    continue when p_table = 'inbox_event' and app.has_open_bodies(v_name);
    execute format('drop table app.%I', v_name);
    v_dropped := v_dropped + 1;
  end loop;
  return v_dropped;
end $$;

-- Bodies that nobody has worked on yet are never dropped.
create function app.has_open_bodies(p_partition text) returns boolean
  language plpgsql stable security definer set search_path = app, pg_temp
as $$
declare v_open boolean;
begin
  execute format('select exists (select 1 from app.%I where state in (''new'', ''claimed''))', p_partition) into v_open;
  return v_open;
end $$;

create function app.has_open_messages(p_month date) returns boolean
  language sql stable security definer set search_path = app, pg_temp
as $$
  select exists (select 1 from app.shop s cross join unnest(array['queued', 'claimed', 'handing', 'unknown']) o (state)
    where exists (select 1 from app.message m where m.shop_id = s.id and m.state = o.state
      and m.created_at >= p_month::timestamp at time zone 'UTC'
      and m.created_at < (p_month + interval '1 month')::timestamp at time zone 'UTC')) $$;

-- Texts of messages that are over; what was sent to whom, when and with what outcome stays. Ids of messages are ordered by the wall time
-- of their making, so no index on a hot table is needed. p_before: the least id of that time.
create function app.forget_contents(p_before uuid, p_limit integer) returns integer
  language plpgsql volatile security definer set search_path = app, pg_temp
as $$
declare v_n integer;
begin
  delete from app.message_content c using (
    select o.shop_id, o.message_id from app.shop s cross join lateral (
      select k.shop_id, k.message_id from app.message_content k join app.message m on m.shop_id = k.shop_id and m.id = k.message_id
      where k.shop_id = s.id and k.message_id < p_before and m.state not in ('queued', 'claimed', 'handing')
      order by k.message_id limit p_limit) o
    limit p_limit
  ) old where c.shop_id = old.shop_id and c.message_id = old.message_id;
  get diagnostics v_n = row_count;
  return v_n;
end $$;
`;
