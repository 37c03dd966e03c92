/** Monthly partitions for event-like tables: dropped whole when their time is over. */
export const partitionsSql = /* sql */ `
-- Makes the partitions for the month of p_at and the two after it. Cheap when they exist; called before time moves on.
create function app.ensure_partitions(p_at timestamptz) returns integer
  language plpgsql volatile security definer set search_path = app, pg_temp
as $$
declare
  v_table text; v_month date; v_name text; v_made integer := 0;
begin
  for v_month in
    select (date_trunc('month', p_at at time zone 'UTC') + make_interval(months => g))::date from generate_series(0, 2) g
  loop
    foreach v_table in array array['inbox_event', 'event', 'run_journal', 'delivery_attempt'] loop
      v_name := format('%s_%s', v_table, to_char(v_month, 'YYYY_MM'));
      continue when to_regclass('app.' || v_name) is not null;
      -- One maker at a time; the others find the partition there.
      perform pg_advisory_xact_lock(hashtext('afterglow.partitions'));
      continue when to_regclass('app.' || v_name) is not null;
      if v_table in ('inbox_event', 'event') then
        execute format('create table app.%I partition of app.%I for values from (%L) to (%L)',
          v_name, v_table, v_month::timestamp at time zone 'UTC', (v_month + interval '1 month')::timestamp at time zone 'UTC');
      else
        execute format('create table app.%I partition of app.%I for values from (%L) to (%L)',
          v_name, v_table, v_month, (v_month + interval '1 month')::date);
      end if;
      v_made := v_made + 1;
    end loop;
  end loop;
  return v_made;
end $$;

do $$ begin
  for i in 0..15 loop
    execute format('create table app.inbox_dedupe_%s partition of app.inbox_dedupe for values with (modulus 16, remainder %s)', i, i);
  end loop;
end $$;
create index inbox_dedupe_age on app.inbox_dedupe (first_seen_at);

-- Drops keys older than the dedupe window, in batches; returns how many went.
create function app.forget_dedupe_keys(p_before timestamptz, p_limit integer) returns integer
  language plpgsql volatile security definer set search_path = app, pg_temp
as $$
declare v_n integer;
begin
  delete from app.inbox_dedupe d using (
    select shop_id, source_id, dedupe_key from app.inbox_dedupe where first_seen_at < p_before order by first_seen_at limit p_limit
  ) old where d.shop_id = old.shop_id and d.source_id = old.source_id and d.dedupe_key = old.dedupe_key;
  get diagnostics v_n = row_count;
  return v_n;
end $$;
`;
