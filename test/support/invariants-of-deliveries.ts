/** What holds of messages and calls on their way out. Each statement gives a row with a sentence for every fault. */
export const DELIVERY_INVARIANTS: Readonly<Record<string, string>> = {
  'no message is handed over twice': `
    select format('message %s was taken %s times', a.message_id, count(*)) as fault
    from app.delivery_attempt a where a.outcome = 'sent' group by a.shop_id, a.message_id having count(*) > 1
    union all
    select format('message %s was tried again after it had been taken', a.message_id) from app.delivery_attempt a
    where exists (select from app.delivery_attempt b
      where b.shop_id = a.shop_id and b.message_id = a.message_id and b.outcome = 'sent' and b.attempt < a.attempt)
    union all
    select format('%s messages of run %s, step %s, visit %s, were sent on %s', count(*), m.run_id, m.step, m.visit, m.medium)
    from app.message m where m.state = 'sent' group by m.shop_id, m.run_id, m.step, m.visit, m.medium having count(*) > 1`,

  'one cause makes one message': `
    select format('%s messages have the key %s', count(*), encode(m.message_key, 'hex')) as fault
    from app.message m group by m.shop_id, m.message_key having count(*) > 1`,

  'what was sent was tried, and what was never tried was not sent': `
    select format('message %s is sent, yet no attempt of it succeeded', m.id) as fault
    from app.message m where m.state = 'sent' and coalesce(m.reason, '') not like 'settled as %'
      and (m.reason is distinct from 'found-at-provider' or m.doubt_answer is distinct from 'taken') and not exists (
      select from app.delivery_attempt a where a.shop_id = m.shop_id and a.message_id = m.id and a.outcome = 'sent')
    union all
    select format('message %s was taken by its provider, yet it is %s', m.id, m.state)
    from app.message m join app.delivery_attempt a on a.shop_id = m.shop_id and a.message_id = m.id and a.outcome = 'sent'
    where m.state <> 'sent' and coalesce(m.reason, '') not like 'settled as %'`,

  'nothing leaves before its time or after its end': `
    select format('message %s was handed over at %s, due at %s', m.id, m.handed_at, m.due_at) as fault
    from app.message m where m.handed_at < m.due_at - interval '1 millisecond'
    union all
    select format('message %s was handed over at %s, of use until %s', m.id, m.handed_at, m.expires_at)
    from app.message m where m.handed_at >= m.expires_at and m.handed_at >= m.due_at`,

  'nothing is held by a lease that is long over': `
    select format('%s %s is %s since %s', h.kind, h.id, h.state, h.lease_until) as fault from (
      select 'message' as kind, id::text, state, lease_until from app.message where state in ('claimed', 'handing')
      union all select 'timer of run', run_id::text, state, lease_until from app.timer where state = 'claimed'
      union all select 'call', id::text, state, lease_until from app.webhook_call where state = 'claimed') h
    where h.lease_until is null or h.lease_until < app.lease_now() - interval '2 minutes'`,

  // Words on consent take effect with their intake; an opt-out by a link at once. What was handed over before them is no fault.
  'nothing goes to somebody who has refused it': `
    select format('message %s (%s) was handed over at %s after an opt-out taken in at %s', m.id, m.class, m.handed_at, o.received_at) as fault
    from app.message m
    join app.customer planned on planned.shop_id = m.shop_id and planned.id = m.customer_id
    join app.event o on o.shop_id = m.shop_id and o.customer_id in (planned.id, planned.merged_into) and o.type = 'consent.changed'
      and o.body->'data'->>'channel' = m.medium and o.body->'data'->>'state' = 'opted_out'
      and coalesce(o.body->'data'->'classes' ? m.class, true)
    where m.class <> 'service' and m.handed_at > o.received_at + interval '2 seconds' and not exists (
      select from app.event i where i.shop_id = o.shop_id and i.customer_id in (planned.id, planned.merged_into)
        and i.type = 'consent.changed' and i.body->'data'->>'channel' = m.medium and coalesce(i.body->'data'->'classes' ? m.class, true)
        and i.body->'data'->>'state' = 'opted_in' and i.occurred_at >= o.occurred_at and i.received_at <= m.handed_at)
    union all
    select format('message %s (%s) was handed over to somebody who never agreed to it', m.id, m.class)
    from app.message m
    join app.customer planned on planned.shop_id = m.shop_id and planned.id = m.customer_id
    join app.customer c on c.shop_id = m.shop_id and c.id = coalesce(planned.merged_into, planned.id)
    where m.class in ('review', 'marketing') and m.handed_at is not null and c.facts->>'erasedAt' is null
      and not (coalesce(c.facts->'consents'->m.medium->'statements', '{}') ?| array['in', 'evidence'])
      and c.facts->'choices'->m.medium->m.class->'in' is null
    union all
    select format('message %s was handed over at %s to somebody erased at %s', m.id, m.handed_at, c.facts->>'erasedAt')
    from app.message m join app.customer c on c.shop_id = m.shop_id and c.id = m.customer_id
    where m.handed_at > (c.facts->>'erasedAt')::timestamptz + interval '2 seconds'`,
};
