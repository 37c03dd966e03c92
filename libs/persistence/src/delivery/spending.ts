import type { ContactBooks, Transaction } from '#app/application';
import type { Medium, MonthBudget } from '#app/domain';
import type { QueryResultRow } from 'pg';
import { pg } from '../connection/pg-unit-of-work.js';

/** Taken before the count, until the end: around midnight two fences count on different days, and not past each other. */
const LOCK_MONTH = `select pg_advisory_xact_lock(hashtextextended('sending-month:' || app.current_shop() || ':' || $1::text, 0))`;

/** The days of the present month of the shop \`s\` for a medium, as \`d\`; \`offset 0\` keeps it a look-up by key. */
const daysOfMonth = (medium: string): string => `lateral (
  select d.day, d.messages, d.cost_micros, d.currency from app.sending_day d,
    (select date_trunc('month', app.now() at time zone s.time_zone) as first) m
  where d.shop_id = s.id and d.medium = ${medium} and d.day >= m.first::date and d.day < (m.first + interval '1 month')::date offset 0)`;

/** Puts what became known since to the days that it is about, and reads what the month comes to with it. */
const THIS_MONTH = `
with taken as (
  delete from app.sending_change c where c.shop_id = app.current_shop() and c.medium = $1 returning c.day, c.messages, c.cost_micros
), changed as (
  select day, sum(messages)::integer as messages, sum(cost_micros)::bigint as cost_micros from taken group by day
), put as (
  update app.sending_day d set messages = d.messages + c.messages, cost_micros = d.cost_micros + c.cost_micros
  from changed c
  where d.shop_id = app.current_shop() and d.medium = $1 and d.day = any(array(select day from changed)) and d.day = c.day
)
select s.contact_rules->'shopPerMonth'->$1 as budget, spent.messages, spent.cost_micros
from app.shop s cross join lateral (
  select coalesce(sum(d.messages + coalesce(c.messages, 0)), 0)::integer as messages,
    coalesce(sum(d.cost_micros + coalesce(c.cost_micros, 0)) filter (where d.currency = s.currency), 0)::double precision as cost_micros
  from ${daysOfMonth('$1')} d left join changed c using (day)) spent
where s.id = app.current_shop()`;

/** The same for all media that have a budget, without a trace, for who only looks. */
export const BUDGETS = `
select b.key as medium, b.value as budget, s.currency, spent.messages, spent.cost_micros
from app.shop s
cross join lateral jsonb_each(case jsonb_typeof(s.contact_rules->'shopPerMonth') when 'object' then s.contact_rules->'shopPerMonth' else '{}' end) b
cross join lateral (
  select coalesce(sum(d.messages + coalesce(c.messages, 0)), 0)::integer as messages,
    coalesce(sum(d.cost_micros + coalesce(c.cost_micros, 0)) filter (where d.currency = s.currency), 0)::double precision as cost_micros
  from ${daysOfMonth('b.key')} d
  left join (select c.day, sum(c.messages) as messages, sum(c.cost_micros) as cost_micros from app.sending_change c
    where c.shop_id = s.id and c.medium = b.key group by c.day) c using (day)) spent
where s.id = app.current_shop()
order by b.key`;

interface SpentRow extends QueryResultRow {
  readonly messages: number;
  readonly cost_micros: number;
}

interface MonthRow extends SpentRow {
  readonly budget: MonthBudget | null;
}

export interface BudgetRow extends SpentRow {
  readonly medium: Medium;
  readonly budget: MonthBudget;
  readonly currency: string;
}

/** Holds the count of the present month until the transaction ends; to be followed by the count of the day, and then by the sum. */
export async function holdMonth(tx: Transaction, medium: Medium): Promise<void> {
  await pg(tx).query(LOCK_MONTH, [medium], 'spending_lock');
}

/** The budget is read once more, for it may have changed while others held the count. */
export async function monthOf(tx: Transaction, medium: Medium): Promise<ContactBooks['month']> {
  const [row] = await pg(tx).query<MonthRow>(THIS_MONTH, [medium], 'spending_month');
  if (!row?.budget) return null;
  return { budget: row.budget, spent: { messages: row.messages, costMicros: row.cost_micros } };
}

/** Without one no fence would ever take the change. */
const HAS_BUDGET = `exists (
  select from app.shop s where s.id = app.current_shop() and s.contact_rules->'shopPerMonth'->>was.medium is not null)`;

const GIVE_BACK = `
with was as (
  select m.id, m.medium, m.counted_on, m.cost_micros from app.message m
  where m.shop_id = app.current_shop() and m.id = any($1::uuid[]) and m.counted_on is not null
), cleared as (
  update app.message m set counted_on = null, cost_micros = null from was
  where m.shop_id = app.current_shop() and m.id = any($1::uuid[]) and m.id = was.id
)
insert into app.sending_change (shop_id, medium, day, messages, cost_micros)
select app.current_shop(), medium, counted_on, -count(*), -coalesce(sum(cost_micros), 0)
from was where ${HAS_BUDGET} group by medium, counted_on`;

/** Of messages that the provider has not taken; their rows must be locked. */
export async function giveBack(tx: Transaction, ids: readonly string[]): Promise<void> {
  await pg(tx).run(GIVE_BACK, [ids]);
}

const CORRECT = `
with told as (
  select * from json_to_recordset($1::json) as r (message_id uuid, cost_micros bigint, cost_currency text) order by message_id
), was as (
  select m.id, m.medium, m.counted_on, m.cost_micros, told.cost_micros as told
  from told cross join lateral (
    select * from app.message m where m.shop_id = app.current_shop() and m.id = told.message_id
      and m.counted_on is not null and m.state not in ('queued', 'claimed') for no key update offset 0) m
  join app.sending_day d on d.shop_id = app.current_shop() and d.day = m.counted_on and d.medium = m.medium and d.currency = told.cost_currency
  where told.cost_micros is distinct from m.cost_micros
), corrected as (
  update app.message m set cost_micros = was.told from was
  where m.shop_id = app.current_shop() and m.id = any($2::uuid[]) and m.id = was.id
)
insert into app.sending_change (shop_id, medium, day, messages, cost_micros)
select app.current_shop(), medium, counted_on, 0, sum(told - coalesce(cost_micros, 0))
from was where ${HAS_BUDGET} group by medium, counted_on`;

export interface ToldCost {
  readonly message_id: string;
  /** Millionths of the currency's unit. */
  readonly cost_micros: number;
  readonly cost_currency: string;
}

/** What the provider asks takes the place of what was likely; in another currency than the shop's it can't. */
export async function correctCosts(tx: Transaction, costs: readonly ToldCost[]): Promise<void> {
  if (costs.length > 0) await pg(tx).run(CORRECT, [JSON.stringify(costs), costs.map(({ message_id: id }) => id)]);
}
