/** What holds of what senders and people told us. Each statement gives a row with a sentence for every fault. */
export const INTAKE_INVARIANTS: Readonly<Record<string, string>> = {
  // an erasure takes the bodies and leaves those keys that name nobody
  'what was answered is stored, once': `
    select format('event %s was answered, yet it is not stored', d.event_id) as fault
    from app.inbox_dedupe d where not exists (select from app.inbox_event e where e.shop_id = d.shop_id and e.id = d.event_id)
      and not exists (select from app.erased_name n where n.shop_id = d.shop_id)
    union all
    select format('event %s is stored %s times', e.id, count(*)) from app.inbox_event e group by e.shop_id, e.id having count(*) > 1
    union all
    select format('key %s of source %s is noted %s times', d.dedupe_key, d.source_id, count(*))
    from app.inbox_dedupe d group by d.shop_id, d.source_id, d.dedupe_key having count(*) > 1`,

  'a thing is known once by its name': `
    select format('%s orders of shop %s have the number %s', count(*), o.shop_id, o.external_id) as fault
    from app.orders o group by o.shop_id, o.external_id having count(*) > 1
    union all
    select format('event %s-%s is on the timeline %s times', v.inbox_id, v.ordinal, count(*))
    from app.event v group by v.shop_id, v.inbox_id, v.ordinal having count(*) > 1`,

  'what was stored became events, or says why not': `
    select format('event %s is done and nothing came of it', e.id) as fault
    from app.inbox_event e where e.state = 'done' and e.note is null
      and not exists (select from app.event v where v.shop_id = e.shop_id and v.inbox_id = e.id)`,

  'nothing waits in the inbox longer than its lease': `
    select format('event %s is claimed since %s', e.id, e.lease_until) as fault
    from app.inbox_event e where e.state = 'claimed' and (e.lease_until is null or e.lease_until < app.lease_now() - interval '2 minutes')`,

  'what was given up has its dead letter': `
    select format('%s %s was given up without a letter', g.kind, g.id) as fault from (
      select shop_id, 'inbox' as kind, id from app.inbox_event where state = 'dead'
      union all select shop_id, 'message', id from app.message where state = 'failed' and reason in ('template', 'gave-up')
      union all select shop_id, 'call', id from app.webhook_call where state = 'failed' and reason in ('address', 'gave-up')) g
    where not exists (select from app.dead_letter d where d.shop_id = g.shop_id and d.kind = g.kind and d.ref_id = g.id)`,

  // the last answer within a quarter of an hour of the first; an erasure takes answers apart
  'of each invitation the answer counts that is to count': `
    with ranked as (
      select a.*, min(a.answered_at) over (partition by a.shop_id, a.instance_id) as first_at from app.survey_answer a
      where a.instance_id <> a.id::text
    ), counting as (
      select distinct on (shop_id, instance_id) shop_id, instance_id, id from ranked
      where answered_at <= first_at + interval '15 minutes' order by shop_id, instance_id, answered_at desc, id desc
    )
    select format('answer %s to %s %s', r.id, r.instance_id, case when r.superseded then 'is left out' else 'counts' end) as fault
    from ranked r join counting c using (shop_id, instance_id) where r.superseded <> (c.id <> r.id)`,

  'every answer is kept': `
    select format('the answer of event %s is missing', v.inbox_id) as fault
    from app.event v where v.type = 'survey.answered'
      and not exists (select from app.survey_answer a where a.shop_id = v.shop_id and a.inbox_id = v.inbox_id)
    union all
    select format('answer %s was given by no event', a.id) from app.survey_answer a
    where a.instance_id <> a.id::text
      and not exists (select from app.event v where v.shop_id = a.shop_id and v.inbox_id = a.inbox_id and v.type = 'survey.answered')`,
};
