/** What a shop with a budget spends: counted on each of its days, so that a month is a sum of 31 rows at most. */
export const budgetsSql = /* sql */ `
alter table app.sending_day
  -- Of those handed over, the ones that the provider took or may have taken.
  add column messages integer not null default 0,
  -- What they come to, in millionths of the currency's unit: what the provider told, else what was likely at the hand-over.
  add column cost_micros bigint not null default 0,
  add column currency text;

-- Where a message is counted, and with how much; null where it isn't.
alter table app.message
  add column counted_on date,
  add column cost_micros bigint;

-- What became known of a message after it was counted. Added without a lock on the count, and put to it by the next fence, which holds that.
create table app.sending_change (
  shop_id uuid not null references app.shop (id),
  medium text not null,
  id uuid not null default gen_random_uuid(),
  day date not null,
  messages integer not null,
  cost_micros bigint not null,
  primary key (shop_id, medium, id)
);
`;
