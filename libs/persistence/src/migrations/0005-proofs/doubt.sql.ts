/** Messages of which nobody knows whether the provider took them: what is found out about them, and what the shop wants then. */
export const doubtSql = /* sql */ `
-- Media in which the shop wants a service message in doubt sent once more: at least once instead of at most once.
alter table app.shop add column resend_unknown text[] not null default '{}' check (resend_unknown <@ array['email', 'sms']);

-- The policy is fixed when the message is planned. What the provider says is null until it was asked or a person decided: nobody asks twice.
alter table app.message
  add column unknown_policy text not null default 'hold' check (unknown_policy in ('hold', 'resend_once')),
  add column doubt_answer text check (doubt_answer in ('taken', 'not-taken', 'cannot-tell', 'not-asked')),
  add constraint message_resend_service check (unknown_policy = 'hold' or class = 'service');
create index message_doubt on app.message (handed_at) where state = 'unknown' and doubt_answer is null;

-- Messages in doubt that were handed over before p_before and not looked into yet, of any shop; oldest first.
create function app.doubtful_messages(p_before timestamptz, p_limit integer) returns table (shop_id uuid, id uuid)
  language sql stable security definer set search_path = app, pg_temp
as $$
  select m.shop_id, m.id from app.message m
  where m.state = 'unknown' and m.doubt_answer is null and m.handed_at < p_before
  order by m.handed_at limit p_limit $$;

-- 0004 lists what is audited of a shop; this adds the new setting.
create trigger audited_resend after update of resend_unknown on app.shop
  for each row when (coalesce(current_setting('app.actor', true), '') <> '')
  execute function app.audit_row('shop', 'id', 'resend_unknown');
`;
