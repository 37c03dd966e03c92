/**
 * Row-level security on every table and the grants of the runtime role. The role afterglow_app owns nothing: it sees the rows of
 * the shop that its transaction names and runs the functions of lookup.sql.ts. The owner's policy lets those functions work.
 */
export const securitySql = /* sql */ `
do $$
declare t record;
begin
  for t in select c.oid, c.relname,
      (select a.attname from pg_attribute a where a.attrelid = c.oid and a.attname = 'shop_id') as shop_column
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'app' and c.relkind in ('r', 'p') and not c.relispartition and c.relname not in ('virtual_clock', 'schema_migration')
  loop
    execute format('alter table app.%I enable row level security', t.relname);
    execute format('alter table app.%I force row level security', t.relname);
    execute format('create policy of_shop on app.%I to afterglow_app using (%I = app.current_shop()) with check (%I = app.current_shop())',
      t.relname, coalesce(t.shop_column, 'id'), coalesce(t.shop_column, 'id'));
    execute format('create policy of_owner on app.%I to %I using (true) with check (true)', t.relname, current_user);
    execute format('grant select, insert, update, delete on app.%I to afterglow_app', t.relname);
  end loop;
end $$;
revoke update, delete on app.run_journal, app.delivery_attempt, app.journey_version, app.inbox_dedupe from afterglow_app;
grant usage on schema app to afterglow_app;
grant usage on sequence app.inbox_seq to afterglow_app;
grant select on app.virtual_clock to afterglow_app;
revoke execute on all functions in schema app from public;
grant execute on all functions in schema app to afterglow_app;
`;
