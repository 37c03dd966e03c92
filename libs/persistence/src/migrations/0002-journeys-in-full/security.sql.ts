/**
 * Gives the new tables what 0001-initial gave theirs: row-level security, the two policies and the grants of the runtime role.
 * Tables that have their policy already are left as they are.
 */
export const securitySql = /* sql */ `
do $$
declare t record;
begin
  for t in select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'app' and c.relkind in ('r', 'p') and not c.relispartition and c.relname not in ('virtual_clock', 'schema_migration')
      and not exists (select 1 from pg_policy p where p.polrelid = c.oid and p.polname = 'of_shop')
  loop
    execute format('alter table app.%I enable row level security', t.relname);
    execute format('alter table app.%I force row level security', t.relname);
    execute format('create policy of_shop on app.%I to afterglow_app using (shop_id = app.current_shop()) with check (shop_id = app.current_shop())',
      t.relname);
    execute format('create policy of_owner on app.%I to %I using (true) with check (true)', t.relname, current_user);
    execute format('grant select, insert, update, delete on app.%I to afterglow_app', t.relname);
  end loop;
end $$;
revoke execute on all functions in schema app from public;
grant execute on all functions in schema app to afterglow_app;
`;
