/** What providers and people say of a message after it was handed over. */
export const messageStatusSql = /* sql */ `
-- One row for a message of which the provider told something since. Providers tell late, twice and in any order: a status is replaced
-- by one of higher rank only.
create table app.message_status (
  shop_id uuid not null,
  message_id uuid not null,
  status text not null check (status in ('queued', 'sending', 'sent', 'delivered', 'undelivered', 'failed', 'read')),
  rank smallint not null,
  -- In the provider's words, of a message that didn't arrive.
  code text,
  -- The sender's time of the happening.
  at timestamptz not null,
  -- What the provider asks for it, in millionths of the currency's unit.
  cost_micros bigint,
  cost_currency text,
  primary key (shop_id, message_id),
  foreign key (shop_id, message_id) references app.message (shop_id, id)
) with (fillfactor = 70);

-- Callbacks name a message by what the provider calls it, where they can't by our id.
create index message_provider_ref on app.message (shop_id, provider_ref) where provider_ref is not null;
-- Texts that come in name nothing but the number.
create index message_number on app.message (address, handed_at) where medium = 'sms' and address is not null and handed_at is not null;

-- The shops that have written to a number, by accounts of their own or by that of the installation, the last one first; the only shop of an installation, whether it has or not.
create function app.shops_of_number(p_number text, p_own boolean) returns table (shop_id uuid)
  language sql stable security definer set search_path = app, pg_temp
as $$
  select w.shop_id from (
    select m.shop_id, max(m.handed_at) as last_at from app.message m
    where m.medium = 'sms' and m.address = p_number and m.handed_at is not null and (m.account_id is not null) = p_own
    group by m.shop_id
    union all
    select s.id, '-infinity' from app.shop s where (select count(*) from (select from app.shop limit 2) few) = 1
  ) w group by w.shop_id order by max(w.last_at) desc, w.shop_id $$;
`;
