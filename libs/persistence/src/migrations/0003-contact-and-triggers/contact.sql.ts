/** How much is asked of one person: the shop's rules, what has been handed over, and each judgement on a message. */
export const contactSql = /* sql */ `
-- ContactRules as far as they differ from the defaults; a rule that is null is off.
alter table app.shop add column contact_rules jsonb;

-- Business time at which it was last handed over: what counts against the limits.
alter table app.message add column handed_at timestamptz;
update app.message set handed_at = coalesce(sent_at, not_before)
  where class <> 'service' and state in ('handing', 'sent', 'unknown') and due_at > app.now() - interval '400 days';
create index message_contact on app.message (shop_id, customer_id, handed_at)
  where class <> 'service' and state in ('handing', 'sent', 'unknown');
create index message_rival on app.message (shop_id, customer_id) where class <> 'service' and state in ('queued', 'claimed');
-- Messages that were planned without an end wait no longer than those planned from now on.
update app.message set expires_at = due_at + interval '14 days'
  where class <> 'service' and state in ('queued', 'claimed') and expires_at is null;

create table app.contact_verdict (
  shop_id uuid not null references app.shop (id),
  message_id uuid not null,
  -- Numbers the claims of the message; each is judged once.
  epoch integer not null,
  at timestamptz not null,
  verdict text not null check (verdict in ('go', 'defer', 'skip')),
  reason text,
  -- When the message is tried next.
  until timestamptz,
  -- What it rests on.
  facts jsonb,
  primary key (shop_id, message_id, epoch),
  check ((verdict = 'go') = (reason is null) and (verdict = 'defer') = (until is not null))
);
`;
