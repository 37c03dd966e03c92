import { Injectable } from '@nestjs/common';
import {
  type BudgetState,
  MESSAGE_STATES,
  type MessageState,
  type Overview,
  type PauseScope,
  type ProviderHealth,
  type ReplayOutcome,
  ShopOperations,
  type Transaction,
} from '#app/application';
import { type IsoInstant, type Medium, toIso, toMicros, toMinor } from '#app/domain';
import { pg } from '../connection/pg-unit-of-work.js';
import { BUDGETS, type BudgetRow } from '../delivery/spending.js';
import { changeJourneyStates } from '../journeys/lifecycle-lock.js';

/** Each part reads a partial index of open work; only the count of messages by state walks an index of all of them. */
const OVERVIEW = `
  with now as materialized (select app.now() as at),
  inbox as (select count(*)::int n, min(received_at) oldest from app.inbox_event where state in ('new', 'claimed')),
  timers as (select count(*)::int n, min(t.due_at) oldest from app.timer t, now
    where t.state in ('scheduled', 'claimed') and not t.held and t.due_at <= now.at),
  due as (select count(*)::int n, min(m.not_before) oldest from app.message m, now
    where m.state = 'queued' and not m.held and m.not_before <= now.at),
  states as (select coalesce(jsonb_object_agg(s.state, s.n), '{}') counts
    from (select state, count(*)::int n from app.message where shop_id = app.current_shop() group by state) s),
  dead as (select count(*)::int n from app.dead_letter where state = 'open'),
  ceilings as (select coalesce(jsonb_agg(jsonb_build_object('medium', c.medium, 'limit', c.most, 'handed', coalesce(d.handed, 0)) order by c.medium), '[]') list
    from app.shop s
    cross join lateral (select e.key as medium, e.value::integer as most
      from jsonb_each_text(case jsonb_typeof(s.contact_rules->'shopPerDay') when 'object' then s.contact_rules->'shopPerDay' else '{}' end) e) c
    left join app.sending_day d on d.shop_id = s.id and d.medium = c.medium and d.day = (app.now() at time zone s.time_zone)::date
    where s.id = app.current_shop()),
  providers as (select coalesce(jsonb_agg(h.health || jsonb_build_object('channel', coalesce(a.channel, h.channel), 'account', a.id,
      'name', a.name) order by h.channel), '[]') list
    from app.read_provider_health() h
    left join app.provider_account a on a.shop_id = app.current_shop() and a.id::text = h.channel and a.deleted_at is null
    -- accounts are known by an id, and others' are not told of
    where a.id is not null or h.channel !~ '^[0-9a-f]{8}-')
  select now.at as now, shop.paused_at, shop.pause_scope, inbox.n as inbox, inbox.oldest as inbox_oldest, timers.n as timers, timers.oldest as timers_oldest,
    due.n as due, due.oldest as due_oldest, states.counts, dead.n as dead, providers.list as providers, ceilings.list as ceilings
  from now, inbox, timers, due, states, dead, providers, ceilings, app.shop shop where shop.id = app.current_shop()`;

interface OverviewRow {
  readonly now: Date;
  readonly paused_at: Date | null;
  readonly pause_scope: PauseScope;
  readonly inbox: number;
  readonly inbox_oldest: Date | null;
  readonly timers: number;
  readonly timers_oldest: Date | null;
  readonly due: number;
  readonly due_oldest: Date | null;
  readonly counts: Partial<Record<MessageState, number>>;
  readonly dead: number;
  readonly ceilings: readonly { readonly medium: Medium; readonly limit: number; readonly handed: number }[];
  readonly providers: readonly (ProviderHealth & {
    readonly channel: string;
    readonly account: string | null;
    readonly name: string | null;
  })[];
}

/** So much of a ceiling is worth a word. */
const NEAR = 0.8;

function limitState(used: number, limit: number): BudgetState['state'] {
  if (used >= limit) return 'reached';
  return used >= limit * NEAR ? 'near' : 'ok';
}

function budgetsOf({ medium, budget, currency, messages, cost_micros: costMicros }: BudgetRow): BudgetState[] {
  const { messages: mostMessages, cost: mostCost } = budget;
  const states: BudgetState[] = [];
  if (mostMessages !== undefined) {
    const state = limitState(messages, mostMessages);
    states.push({ medium, of: 'messages', limit: mostMessages, spent: messages, currency: null, state });
  }
  if (mostCost !== undefined) {
    const state = limitState(costMicros, toMicros(mostCost, currency));
    states.push({ medium, of: 'cost', limit: mostCost, spent: toMinor(costMicros, currency), currency, state });
  }
  return states;
}

@Injectable()
export class PgShopOperations extends ShopOperations {
  async overview(tx: Transaction): Promise<Overview> {
    const [[row], budgets] = await Promise.all([pg(tx).query<OverviewRow>(OVERVIEW), pg(tx).query<BudgetRow>(BUDGETS)]);
    if (row === undefined) throw new Error('The overview has no row: the shop of this transaction does not exist.');
    const ageOf = (oldest: Date | null): number | null =>
      oldest === null ? null : Math.max(0, Math.round((row.now.getTime() - oldest.getTime()) / 1_000));
    const byState = Object.fromEntries(MESSAGE_STATES.map((state) => [state, row.counts[state] ?? 0])) as Record<
      MessageState,
      number
    >;
    return {
      now: toIso(row.now.getTime()),
      paused: row.paused_at === null ? null : toIso(row.paused_at.getTime()),
      pauseScope: row.paused_at === null ? null : row.pause_scope,
      inbox: { backlog: row.inbox, oldestAgeS: ageOf(row.inbox_oldest) },
      timers: { due: row.timers, oldestAgeS: ageOf(row.timers_oldest) },
      messages: { byState, due: row.due, oldestAgeS: ageOf(row.due_oldest) },
      unknown: byState.unknown,
      deadLetters: row.dead,
      ceilings: row.ceilings.map((ceiling) => ({ ...ceiling, state: limitState(ceiling.handed, ceiling.limit) })),
      budgets: budgets.flatMap(budgetsOf),
      providers: row.providers.map(({ channel, account, name, state, since, reason }) => ({
        channel,
        account: account === null ? null : { id: account, name: name ?? '' },
        state,
        since: since === 0 ? null : toIso(since),
        reason,
      })),
    };
  }

  async pause(tx: Transaction, scope: PauseScope): Promise<IsoInstant> {
    // what is being decided on is awaited: afterwards nobody enters and no timer rings
    await changeJourneyStates(tx);
    const [row] = await pg(tx).query<{ paused_at: Date }>(
      `update app.shop set paused_at = coalesce(paused_at, app.now()), pause_scope = $1
       where id = app.current_shop() returning paused_at`,
      [scope],
    );
    if (row === undefined) throw new Error('There is nothing to pause: the shop of this transaction does not exist.');
    return toIso(row.paused_at.getTime());
  }

  async resume(tx: Transaction): Promise<void> {
    await pg(tx).run('update app.shop set paused_at = null where id = app.current_shop()');
  }

  async replay(tx: Transaction, inboxId: string): Promise<ReplayOutcome | null> {
    const [row] = await pg(tx).query<{ state: string }>('select state from app.inbox_event where id = $1 for update', [
      inboxId,
    ]);
    if (row === undefined) return null;
    if (row.state !== 'done') return row.state === 'dead' ? 'dead' : 'not_done';
    await pg(tx).run(`update app.inbox_event set state = 'new', attempts = 0, note = null where id = $1`, [inboxId]);
    return 'replayed';
  }
}
