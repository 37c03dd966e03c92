/**
 * What is audited: a table, the word for its rows, the column that names one, and the columns whose change is told; of those with
 * a star it is told that they changed, not what they hold: secrets, and words that may be about a person, who can be erased.
 */
const AUDITED: readonly (readonly [table: string, subject: string, id: string, columns: string])[] = [
  ['shop', 'shop', 'id', 'name,time_zone,currency,locale,paused_at,pause_scope,contact_rules'],
  ['api_key', 'key', 'id', 'name,role,scopes,expires_at,revoked_at'],
  ['source', 'source', 'id', 'kind,name,settings,deleted_at,*secrets'],
  ['webhook_secret', 'webhook-secret', 'shop_id', '*secrets'],
  ['journey', 'journey', 'key', 'title,state,live_version_id'],
  ['journey_version', 'journey-version', 'id', 'journey_id,version'],
  ['journey_publication', 'publication', 'id', 'journey_id,from_version_id,to_version_id,plan,undone_at'],
  ['case_file', 'case', 'id', 'state,*outcome'],
  ['dead_letter', 'dead-letter', 'id', 'kind,state,*settled_note'],
];

/**
 * Who changed what through the API or by command. Rows are written in the commit of the change, by triggers that act only in a
 * transaction with an actor, so work in the background pays nothing. Nobody can change or delete a row, the owner of the tables included.
 */
export const auditSql = /* sql */ `
create table app.audit_entry (
  shop_id uuid not null references app.shop (id),
  id uuid not null default gen_random_uuid(),
  created_at timestamptz not null default app.now(),
  -- 'key:<id>' or 'command'
  actor text not null,
  -- What was asked for, such as 'POST /api/v1/journeys/:key/pause', and the id of the request in the log.
  operation text not null,
  request_id text not null,
  action text not null,
  subject text not null,
  subject_id text not null,
  -- {column: [before, after]}, or {column: true} for secrets.
  changes jsonb not null,
  primary key (shop_id, id)
);
create index audit_entry_listing on app.audit_entry (shop_id, created_at, id);

-- One entry; none without an actor.
create function app.record_audit(p_action text, p_subject text, p_subject_id text, p_changes jsonb) returns void
  language sql volatile security definer set search_path = app, pg_temp
as $$
  insert into app.audit_entry (shop_id, actor, operation, request_id, action, subject, subject_id, changes)
    select app.current_shop(), current_setting('app.actor', true), current_setting('app.operation', true), current_setting('app.request_id', true),
      p_action, p_subject, p_subject_id, p_changes
    where coalesce(current_setting('app.actor', true), '') <> ''
$$;

create function app.audit_row() returns trigger
  language plpgsql volatile security definer set search_path = app, pg_temp
as $$
declare
  v_old jsonb := case when tg_op = 'INSERT' then '{}' else to_jsonb(old) end;
  v_new jsonb := case when tg_op = 'DELETE' then '{}' else to_jsonb(new) end;
  v_row jsonb := case when tg_op = 'DELETE' then v_old else v_new end;
  v_changes jsonb;
begin
  select jsonb_object_agg(c.name, case when c.listed like '*%' then 'true' else jsonb_build_array(v_old -> c.name, v_new -> c.name) end)
    into v_changes
    from (select l as listed, ltrim(l, '*') as name from unnest(string_to_array(tg_argv[2], ',')) l) c
    where v_old -> c.name is distinct from v_new -> c.name;
  if v_changes is not null then
    perform app.record_audit(lower(tg_op), tg_argv[0], v_row ->> tg_argv[1], v_changes);
  end if;
  return null;
end $$;

create function app.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'The rows of % only grow.', tg_table_name using errcode = 'insufficient_privilege';
end $$;
create trigger only_grows before update or delete or truncate on app.audit_entry
  for each statement execute function app.refuse_change();

${AUDITED.map(
  ([table, subject, id, columns]) => /* sql */ `
create trigger audited after insert or update or delete on app.${table}
  for each row when (coalesce(current_setting('app.actor', true), '') <> '')
  execute function app.audit_row('${subject}', '${id}', '${columns}');`,
).join('')}
`;
