import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../support/ask.js';
import { broken } from './broken.js';
import { expectInvariants } from '../support/invariants.js';
import type { SmtpSink } from '../support/smtp-sink.js';
import type { TwilioStub } from '../support/twilio-stub.js';
import { emailOf, phoneOf } from './load.js';

interface Findings {
  /** Orders that were answered 2xx and left no row, no run or no message. */
  readonly lost: string[];
  /** Messages that a provider was handed more than once. */
  readonly doubled: string[];
  /** Messages whose state and the provider's ledger contradict each other. */
  readonly contradicted: string[];
  /** Handed over with an answer that nobody got: at most once, shown as what it is. */
  unknown: number;
}

/** What came of a load, counted outside the system: on the providers' side and in the rows. */
export interface Outcome extends Readonly<Findings> {
  readonly accepted: number;
  /** Messages that should have been handed over: two for each order. */
  readonly messages: number;
  /** Seconds from the end of the load until nothing was left to do. */
  readonly settledSeconds: number;
  /** Longest time in seconds by which a wait ended late. */
  readonly latestSeconds: number;
}

interface OrderRow extends MessageRow {
  readonly order: string;
}

interface MessageRow {
  readonly medium: 'email' | 'sms';
  readonly state: string;
  readonly reason: string | null;
}

const LEFT = `
select (select count(*) from app.message) as made, (select count(*) from app.inbox_event where state in ('new', 'claimed'))
  + (select count(*) from app.timer where state in ('scheduled', 'claimed'))
  + (select count(*) from app.message where state in ('queued', 'claimed', 'handing')) as n`;

/** What the rows say of one order; an order that was never stored has none. */
const MESSAGES = `
select o.external_id as order, m.medium, m.state, m.reason
from app.orders o join app.message m on m.shop_id = o.shop_id and m.order_id = o.id`;

/** Nothing is left to do for so long, and yet messages are missing: nobody will make them any more. */
const QUIET_MS = 5_000;
/** Housekeeping comes every fifteen seconds. */
const UNTIL_LIMIT_MS = 60_000;

const LEASES_RUN_OUT = `
update app.inbox_event set lease_until = clock_timestamp() where state = 'claimed';
update app.timer set lease_until = clock_timestamp() where state = 'claimed';
update app.message set lease_until = clock_timestamp() where state in ('claimed', 'handing')`;

/** Late is what a timer's journal says: when the run woke, beside the time that it waited for. */
const LATENESS = `
select coalesce(max(extract(epoch from m.created_at - m.due_at)), 0) as seconds, coalesce(min(extract(epoch from m.created_at - m.due_at)), 0) as early
from app.message m where m.medium = 'sms'`;

/** Looks at everything from outside: the ledgers of the providers and, as the schema's owner, the rows. */
export class Oracle {
  constructor(
    private readonly databaseUrl: string,
    private readonly mails: SmtpSink,
    private readonly texts: TwilioStub,
  ) {}

  /** As if the leases of all processes had run out: of those that are dead, and of those that are frozen. */
  async endLeases(): Promise<void> {
    await ask(this.databaseUrl, LEASES_RUN_OUT);
  }

  /** As if so much time had passed, for leases: they run out as far as they would have by then. */
  async letLeasesPass(seconds: number): Promise<void> {
    const tables = ['inbox_event', 'timer', 'message'];
    const earlier = `lease_until = lease_until - make_interval(secs => ${seconds})`;
    for (const table of tables)
      await ask(this.databaseUrl, `update app.${table} set ${earlier} where lease_until is not null`);
  }

  /** Messages that a process holds, with how often the provider has had each. */
  async inHand(): Promise<(MessageRow & { readonly handed: number })[]> {
    const rows = await ask<OrderRow>(this.databaseUrl, `${MESSAGES} where m.state in ('claimed', 'handing')`);
    const handed = this.handedOver();
    return rows.map((row) => ({
      ...row,
      handed: handed[row.medium].get(addressOf(row.medium, Number(row.order))) ?? 0,
    }));
  }

  /** What a worker's housekeeping does every few seconds, now. */
  async reap(): Promise<void> {
    await ask(this.databaseUrl, 'select app.reap_leases()');
  }

  /** Waits until nothing is left to do, and tells what came of these orders. @throws after the limit, with what is left */
  async judge(accepted: ReadonlySet<number>, limitMs: number): Promise<Outcome> {
    const startedAt = performance.now();
    await this.settled(accepted.size, limitMs);
    const settledSeconds = (performance.now() - startedAt) / 1_000;
    await expectInvariants(this.databaseUrl).catch((error: unknown) => {
      broken.push({ invariants: String(error) });
      throw error;
    });
    const { seconds, early } = await this.lateness();
    if (early < 0) {
      broken.push({ early });
      throw new Error(`A wait ended ${-early} s too early.`);
    }
    const rows = await ask<OrderRow>(this.databaseUrl, MESSAGES);
    const findings = this.compare(accepted, rows);
    return {
      ...findings,
      accepted: accepted.size,
      messages: accepted.size * 2,
      settledSeconds,
      latestSeconds: seconds,
    };
  }

  /** Waits until a query whose one column is called \`done\` says so. @throws after a minute */
  async until(sql: string): Promise<void> {
    const deadline = performance.now() + UNTIL_LIMIT_MS;
    while (!(await ask<{ done: boolean }>(this.databaseUrl, sql))[0]?.done) {
      if (performance.now() > deadline) throw new Error(`Not so after ${UNTIL_LIMIT_MS} ms: ${sql}`);
      await sleep(200);
    }
  }

  private async settled(orders: number, limitMs: number): Promise<void> {
    const deadline = performance.now() + limitMs;
    let busyAt = performance.now();
    for (;;) {
      const [left] = await ask<{ n: string; made: string }>(this.databaseUrl, LEFT);
      if (Number(left?.n) > 0) busyAt = performance.now();
      else if (Number(left?.made) >= orders * 2 || performance.now() - busyAt > QUIET_MS) return;
      if (performance.now() > deadline)
        throw new Error(
          `After ${limitMs} ms ${left?.n} rows are left to do; ${left?.made} messages of ${orders} orders.`,
        );
      await sleep(200);
    }
  }

  private async lateness(): Promise<{ seconds: number; early: number }> {
    const [row] = await ask<{ seconds: string; early: string }>(this.databaseUrl, LATENESS);
    return { seconds: Number(row?.seconds ?? 0), early: Number(row?.early ?? 0) };
  }

  private compare(accepted: ReadonlySet<number>, rows: readonly OrderRow[]): Findings {
    const stored = byOrder(rows);
    const handed = this.handedOver();
    const findings = { lost: [], doubled: [], contradicted: [], unknown: 0 } satisfies Findings;
    for (const id of accepted) {
      const own = stored.get(String(id)) ?? [];
      for (const medium of ['email', 'sms'] as const)
        note(findings, `order ${id} by ${medium}`, own, medium, handed[medium].get(addressOf(medium, id)) ?? 0);
    }
    return findings;
  }

  /** By the ledgers of the providers: how often they took something for each address. */
  private handedOver(): Record<'email' | 'sms', Map<string, number>> {
    // a mail that reached its final dot counts unless it was refused: the sender may not know, the provider does
    const mails = this.mails.mails.filter(({ answer }) => !/^[45]/.test(answer));
    const texts = this.texts.calls.filter(({ sid }) => sid !== undefined);
    return { email: countBy(mails.flatMap(({ to }) => to)), sms: countBy(texts.map(({ form }) => form['To'] ?? '')) };
  }
}

const addressOf = (medium: 'email' | 'sms', order: number): string =>
  medium === 'email' ? emailOf(order) : phoneOf(order);

function note(findings: Findings, what: string, messages: readonly MessageRow[], medium: string, handed: number): void {
  const own = messages.filter((message) => message.medium === medium);
  const { state = 'missing', reason } = own[0] ?? {};
  if (own.length !== 1) findings.lost.push(`${what}: ${own.length} messages`);
  if (handed > 1) findings.doubled.push(`${what}: handed over ${handed} times`);
  if (state === 'unknown') findings.unknown += 1;
  if (!agrees(state, handed)) findings.contradicted.push(`${what}: ${state} (${reason}), handed over ${handed} times`);
}

/** What is sent was handed over, what is in doubt may have been. */
function agrees(state: string, handed: number): boolean {
  if (state === 'sent') return handed >= 1;
  return state === 'unknown' || handed === 0;
}

function byOrder<T extends { readonly order: string }>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(row.order);
    if (group) group.push(row);
    else groups.set(row.order, [row]);
  }
  return groups;
}

function countBy(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
