/** Addresses from which nothing has come back for long are forgotten. */
export const softBouncesSql = /* sql */ `
comment on table app.soft_bounce is 'Mails: RFC 3463 x.1 to x.4. Texts: 30003 (the telephone) and 30004 (the number is blocked), not 30007 (what was written, or by whom): https://www.twilio.com/docs/api/errors/30004';

create index soft_bounce_last on app.soft_bounce ((greatest(bounced_at[cardinality(bounced_at)], alive_at, held_until)));

create function app.forget_soft_bounces(p_before timestamptz, p_limit integer) returns integer
  language plpgsql volatile security definer set search_path = app, pg_temp
as $$
declare v_n integer;
begin
  delete from app.soft_bounce b using (
    select o.shop_id, o.medium, o.address_hmac from app.soft_bounce o
    where greatest(o.bounced_at[cardinality(o.bounced_at)], o.alive_at, o.held_until) < p_before
    order by greatest(o.bounced_at[cardinality(o.bounced_at)], o.alive_at, o.held_until) limit p_limit for update skip locked
  ) old where b.shop_id = old.shop_id and b.medium = old.medium and b.address_hmac = old.address_hmac;
  get diagnostics v_n = row_count;
  return v_n;
end $$;
`;
