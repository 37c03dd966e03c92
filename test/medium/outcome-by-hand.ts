import type { JourneyRig } from './journeys-rig.js';

/** What a worker notes of the outcome of messages. $1: state, $2: reason */
const OUTCOME = `
, settled as (
  update app.message m set state = $1, reason = $2, sent_at = case when $1 = 'sent' then app.now() end,
    lease_until = case when $1 = 'handing' then app.lease_now() + interval '1 hour' end
  from chosen where m.shop_id = app.current_shop() and m.id = chosen.id returning m.shop_id, m.id, m.created_at, m.state, m.reason
), attempt as (
  insert into app.delivery_attempt (shop_id, message_month, message_id, attempt, channel, phase, started_at, ended_at, outcome)
  select shop_id, date_trunc('month', created_at at time zone 'UTC')::date, id, 1, 'capture', 'answered', app.now(), app.now(), 'sent'
  from settled where state = 'sent'
)
insert into app.dead_letter (shop_id, id, kind, ref_id, code, error, attempts)
select shop_id, gen_random_uuid(), 'message', id, 'delivery.transient', 'by hand', 5 from settled where state = 'failed' and reason in ('gave-up', 'template')`;

/** Gives an outcome to the messages that `chosen` selects by id; its parameters begin with $3. */
export async function settleByHand(
  rig: JourneyRig,
  chosen: string,
  { state, reason }: { readonly state: string; readonly reason: string | null },
  values: readonly unknown[] = [],
): Promise<void> {
  await rig.query(`with chosen as (${chosen}) ${OUTCOME}`, [state, reason, ...values]);
}
