/**
 * Keys that outlive SECRET_KEY, sealed by it: what hashes, links and the passwords of the runtime roles are made with. Of no shop; read by
 * the owner alone, before a process begins.
 */
export const installationKeysSql = /* sql */ `
create table app.installation_key (
  name text primary key check (name in ('root', 'roles')),
  sealed text not null,
  created_at timestamptz not null default clock_timestamp()
);
alter table app.installation_key enable row level security;
alter table app.installation_key force row level security;
create policy of_shop on app.installation_key to afterglow_app using (false) with check (false);
do $$ begin
  execute format('create policy of_owner on app.installation_key to %I using (true) with check (true)', current_user);
end $$;
`;
