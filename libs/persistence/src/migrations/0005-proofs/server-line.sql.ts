/**
 * Which server this is: its system and its timeline, which becomes another one when a standby is promoted or a copy goes on from an
 * earlier time. Of no shop; reached by its function alone.
 */
export const serverLineSql = /* sql */ `
create table app.server_line (
  singleton boolean primary key default true check (singleton),
  line text not null,
  -- Commits waited for a standby: one that is promoted then has them all.
  is_synchronous boolean not null,
  seen_at timestamptz not null,
  held_at timestamptz
);
alter table app.server_line enable row level security;
alter table app.server_line force row level security;
create policy of_shop on app.server_line to afterglow_app using (false) with check (false);
do $$ begin
  execute format('create policy of_owner on app.server_line to %I using (true) with check (true)', current_user);
end $$;

-- Asked by every new connection before its first use, and every few seconds. 'same': the server of before. 'followed': another one, which
-- has every commit. 'held': another one that may lack the last commits, such as those of messages that went out. Then the journeys of all
-- shops stand still, as by a pause, until somebody decides what becomes of what is due.
create function app.notice_server() returns text
  language plpgsql volatile security definer set search_path = app, pg_temp
as $$
declare v_line text; v_synchronous boolean; v_known app.server_line; v_held boolean;
begin
  if pg_is_in_recovery() then
    raise exception 'this server is a standby: the primary is elsewhere' using errcode = '57P03';
  end if;
  v_line := (select s.system_identifier from pg_control_system() s) || '/' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8);
  v_synchronous := current_setting('synchronous_standby_names') <> '';
  select * into v_known from app.server_line;
  if v_known.line = v_line and v_known.is_synchronous = v_synchronous and v_known.seen_at > clock_timestamp() - interval '1 minute' then
    return 'same';
  end if;
  -- one at a time: the others find it done
  perform pg_advisory_xact_lock(hashtext('afterglow.server_line'));
  select * into v_known from app.server_line;
  v_held := v_known.line <> v_line and not (v_known.is_synchronous and v_known.seen_at > clock_timestamp() - interval '10 minutes');
  if v_held then
    update app.shop set paused_at = app.now(), pause_scope = 'journeys' where paused_at is null;
  end if;
  insert into app.server_line (line, is_synchronous, seen_at) values (v_line, v_synchronous, clock_timestamp())
    on conflict (singleton) do update set line = excluded.line, is_synchronous = excluded.is_synchronous, seen_at = excluded.seen_at,
      held_at = case when v_held then excluded.seen_at else server_line.held_at end;
  return case when v_held then 'held' when v_known.line <> v_line then 'followed' else 'same' end;
end $$;
`;
