/** The one clock of the installation: real time, or the stored instant while the clock is virtual. */
export const clockSql = /* sql */ `
create schema if not exists app;

-- Holds one row only while the clock is virtual. It stands still between advances and survives a restart.
create table app.virtual_clock (
  singleton boolean primary key default true check (singleton),
  instant timestamptz not null
);

-- Business time: due times, expiry, quiet hours, token validity.
create function app.now() returns timestamptz language sql stable parallel safe
  set search_path = pg_catalog
  as $$ select coalesce((select instant from app.virtual_clock), clock_timestamp()) $$;

-- Wall time, for leases and dedupe windows; it is never virtual.
create function app.lease_now() returns timestamptz language sql volatile parallel safe
  set search_path = pg_catalog
  as $$ select clock_timestamp() $$;

-- The shop of this transaction. nullif: a pooled connection that once had the setting reports it as '' afterwards.
create function app.current_shop() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('app.shop_id', true), '')::uuid $$;
`;
