/** What keeps PostgreSQL from clearing away rows that are done. */
export const upkeepSql = /* sql */ `
-- Of the whole database, for metrics and the log: for how long the oldest transaction has been open beside which nothing that ended since
-- can be cleared away, and how many rows wait for that. Transactions of roles that the schema's owner may not look at show no time; grant
-- the owner pg_read_all_stats where there are such.
create function app.upkeep() returns table (oldest_transaction_s double precision, dead_rows bigint, live_rows bigint)
  language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
  select
    coalesce((select max(extract(epoch from clock_timestamp() - held.since)) from (
      select a.xact_start as since from pg_stat_activity a where a.datname = current_database() and a.pid <> pg_backend_pid()
        and a.backend_type = 'client backend' and (a.backend_xmin is not null or a.backend_xid is not null)
      union all select p.prepared from pg_prepared_xacts p where p.database = current_database()) held), 0)::double precision,
    coalesce(sum(s.n_dead_tup), 0)::bigint, coalesce(sum(s.n_live_tup), 0)::bigint
  from pg_stat_all_tables s where s.schemaname in ('app', 'bullmq') $$;
`;
