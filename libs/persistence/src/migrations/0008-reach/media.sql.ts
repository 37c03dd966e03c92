/** WhatsApp, and what may come after it: which media there are is said in code alone. */
export const mediaSql = /* sql */ `
alter table app.message drop constraint message_medium_check;
alter table app.suppression drop constraint suppression_medium_check;
alter table app.soft_bounce drop constraint soft_bounce_medium_check;
alter table app.shop drop constraint shop_resend_unknown_check;

-- As message_number in 0007, of WhatsApp. It reads all messages there are.
set local statement_timeout = 0;
create index message_whatsapp_number on app.message (address, handed_at)
  where medium = 'whatsapp' and address is not null and handed_at is not null;
reset statement_timeout;

-- As in 0007, of any medium that reaches a number.
create function app.shops_of_number(p_number text, p_own boolean, p_medium text) returns table (shop_id uuid)
  language plpgsql stable security definer set search_path = app, pg_temp
as $$
begin
  -- the medium is written out: an index of one medium serves no other
  return query execute format('
    select w.shop_id from (
      select m.shop_id, max(m.handed_at) as last_at from app.message m
      where m.medium = %L and m.address = $1 and m.handed_at is not null and (m.account_id is not null) = $2
      group by m.shop_id
      union all
      select s.id, ''-infinity'' from app.shop s where (select count(*) from (select from app.shop limit 2) few) = 1
    ) w group by w.shop_id order by max(w.last_at) desc, w.shop_id', p_medium) using p_number, p_own;
end $$;

-- As in 0001, over the media of the messages there are: each is looked up in the index behind the one before it.
create or replace function app.agenda() returns table (inbox boolean, timers boolean, messages boolean, next_timer timestamptz, next_message timestamptz)
  language plpgsql stable security definer set search_path = app, pg_temp
as $$
declare v_now timestamptz := app.now();
begin
  -- A literal bound, so that older partitions aren't even planned: only a pause leaves a body open for that long.
  execute format('select exists (select 1 from app.inbox_event e where e.received_at >= %L and e.state in (''new'', ''claimed'')
    and (select s.paused_at from app.shop s where s.id = e.shop_id) is null)', v_now - interval '31 days') into inbox;
  timers := exists (select 1 from app.timer t
    where t.state = 'claimed' and (select s.paused_at from app.shop s where s.id = t.shop_id) is null);
  messages := exists (select 1 from app.message m
    where m.state in ('claimed', 'handing') and (select s.paused_at from app.shop s where s.id = m.shop_id) is null);
  next_timer := (select t.due_at from app.timer t
    where t.state = 'scheduled' and not t.held and (select s.paused_at from app.shop s where s.id = t.shop_id) is null
    order by t.due_at limit 1);
  next_message := (
    with recursive media (medium) as (
      select min(m.medium) from app.message m where m.state = 'queued' and not m.held
      union all
      select (select min(m.medium) from app.message m where m.state = 'queued' and not m.held and m.medium > media.medium)
      from media where media.medium is not null
    )
    select min(due.not_before) from media, lateral (
      select m.not_before from app.message m
      where m.state = 'queued' and not m.held and m.medium = media.medium
        and (select s.paused_at from app.shop s where s.id = m.shop_id) is null
      order by m.not_before limit 1) due);
  if next_timer <= v_now then timers := true; next_timer := null; end if;
  if next_message <= v_now then messages := true; next_message := null; end if;
  return next;
end $$;
`;
