/** What is known of suppressed addresses beyond that they are. */
export const suppressionsSql = /* sql */ `
-- Of a row that somebody brought along: when the person said so. An opt-in of earlier than that lifts nothing.
alter table app.suppression add column said_at timestamptz;
-- The person has withdrawn, whatever else stands against the address: what remains when that is over.
alter table app.suppression add column withdrawn boolean not null default false;
update app.suppression set withdrawn = true where scope = 'non_service' or reason in ('opted-out', 'unsubscribed');
create index suppression_listing on app.suppression (shop_id, created_at, medium, address_hmac);

-- Addresses that mails and texts came back from though they exist: full mailboxes, telephones that are off.
create table app.soft_bounce (
  shop_id uuid not null references app.shop (id),
  medium text not null check (medium in ('email', 'sms')),
  address_hmac bytea not null,
  -- The last ones since the last sign of life, oldest first.
  bounced_at timestamptz[] not null,
  alive_at timestamptz,
  -- While it is suppressed: since when, and until when.
  held_at timestamptz,
  held_until timestamptz,
  primary key (shop_id, medium, address_hmac)
);
create index soft_bounce_held on app.soft_bounce (shop_id, held_at, medium, address_hmac) where held_at is not null;
`;
