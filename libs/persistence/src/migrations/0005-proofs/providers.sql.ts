/** How the providers of the installation are: one row for each channel, shared by all workers. Of no shop; reached by functions alone. */
export const providersSql = /* sql */ `
create table app.provider_health (
  channel text primary key,
  -- Raised by each change: who changes it says which one they have seen.
  version integer not null,
  health jsonb not null
);
alter table app.provider_health enable row level security;
alter table app.provider_health force row level security;
create policy of_shop on app.provider_health to afterglow_app using (false) with check (false);
do $$ begin
  execute format('create policy of_owner on app.provider_health to %I using (true) with check (true)', current_user);
end $$;

-- What is known of the channels, and the time by the clock of leases.
create function app.read_provider_health() returns table (channel text, version integer, health jsonb, now timestamptz)
  language sql stable security definer set search_path = app, pg_temp
  as $$ select h.channel, h.version, h.health, app.lease_now() from app.provider_health h $$;

-- True when nobody else has changed it since the version that the caller has seen; 0 for a channel that was not there.
create function app.keep_provider_health(p_channel text, p_version integer, p_health jsonb) returns boolean
  language plpgsql volatile security definer set search_path = app, pg_temp
as $$
begin
  if p_version = 0 then
    insert into app.provider_health (channel, version, health) values (p_channel, 1, p_health) on conflict do nothing;
  else
    update app.provider_health h set version = h.version + 1, health = p_health where h.channel = p_channel and h.version = p_version;
  end if;
  return found;
end $$;
`;
