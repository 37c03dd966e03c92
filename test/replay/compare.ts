import type { ReplayOrder, Row } from './orders.js';
import { monthOf, wallTime } from './wall-clock.js';

export const COMPARED_JOURNEYS = ['review-request', 'delay-apology', 'repeat-thank-you'] as const;
export type ComparedJourney = (typeof COMPARED_JOURNEYS)[number];

/** What one order must lead to. */
export interface ExpectedOrder {
  order: string;
  /** Milliseconds since the epoch; null when no review is asked for */
  reviewDueAt: number | null;
  delayApology: boolean;
  repeatThankYou: boolean;
}

/** A message as the system shows it, with the name of its order. */
export interface SeenMessage {
  journey: ComparedJourney;
  order: string | null;
  state: string;
  reason: string | null;
  /** ISO 8601 */
  dueAt: string;
}

export interface Scores {
  n: number;
  /** Percent; null without answers */
  csat: number | null;
  counts: Record<string, number>;
}

export interface Figures {
  reviewRequests: number;
  delayApologies: number;
  repeatThankYous: number;
  answers: number;
  csat: number | null;
  pseudoNps: number | null;
}

export interface Computed extends Figures {
  byMonth: Record<ComparedJourney, Record<string, number>>;
}

export interface Difference {
  order: string;
  what: string;
  expected: string;
  seen: string;
}

/** A change of daylight saving between delivery and due time moves the wall time by this much. */
const DUE_TOLERANCE_MS = 3_600_000;
/** Percent with two decimals are compared. */
const SCORE_TOLERANCE = 0.005;

export function expectedOrders(rows: readonly Row[]): ExpectedOrder[] {
  return rows.map((row) => ({
    order: row['order_id'] ?? '',
    reviewDueAt: wallTime(row['review_request_due_at']),
    delayApology: row['delay_apology'] === '1',
    repeatThankYou: row['repeat_thank_you'] === '1',
  }));
}

/** Five is a promoter, four is passive, the rest are detractors. */
export function pseudoNps({ n, counts }: Scores): number | null {
  if (n === 0) return null;
  const of = (score: number): number => counts[String(score)] ?? 0;
  return (100 * (of(5) - of(1) - of(2) - of(3))) / n;
}

export function compute(messages: readonly SeenMessage[], scores: Scores, orders: readonly ReplayOrder[]): Computed {
  const sent = messages.filter(isSent);
  const placed = new Map(orders.map((order) => [order.name, order.purchasedAt]));
  const count = (journey: ComparedJourney): number => sent.filter((message) => message.journey === journey).length;
  const months = (journey: ComparedJourney): Record<string, number> => {
    const times = sent
      .filter((message) => message.journey === journey)
      .map((message) =>
        journey === 'repeat-thank-you' ? (placed.get(message.order ?? '') ?? 0) : Date.parse(message.dueAt),
      );
    return tallied(times.map(monthOf));
  };
  return {
    reviewRequests: count('review-request'),
    delayApologies: count('delay-apology'),
    repeatThankYous: count('repeat-thank-you'),
    answers: scores.n,
    csat: scores.csat,
    pseudoNps: pseudoNps(scores),
    byMonth: {
      'review-request': months('review-request'),
      'delay-apology': months('delay-apology'),
      'repeat-thank-you': months('repeat-thank-you'),
    },
  };
}

export function compareOrders(expected: readonly ExpectedOrder[], messages: readonly SeenMessage[]): Difference[] {
  const byOrder = new Map<string, SeenMessage[]>();
  for (const message of messages) {
    const key = `${message.journey}|${message.order}`;
    byOrder.set(key, [...(byOrder.get(key) ?? []), message]);
  }
  const differences: Difference[] = [];
  for (const order of expected) {
    for (const journey of COMPARED_JOURNEYS) {
      const key = `${journey}|${order.order}`;
      differences.push(...compareOne(order, journey, byOrder.get(key) ?? []));
      byOrder.delete(key);
    }
  }
  for (const strays of byOrder.values()) {
    for (const { order, journey, state, dueAt } of strays) {
      const seen = `${state} message due ${dueAt}`;
      differences.push({ order: order ?? 'no order', what: journey, expected: 'an order of the tables', seen });
    }
  }
  return differences;
}

function compareOne(order: ExpectedOrder, journey: ComparedJourney, messages: SeenMessage[]): Difference[] {
  const sent = messages.filter(isSent);
  const isWanted = wants(order, journey);
  const difference = (expected: string): Difference => ({
    order: order.order,
    what: journey,
    expected,
    seen: messages.length === 0 ? 'none' : messages.map(describe).join('; '),
  });
  if (sent.length !== (isWanted ? 1 : 0)) return [difference(isWanted ? 'one message' : 'no message')];
  const [message] = sent;
  if (journey !== 'review-request' || order.reviewDueAt === null || !message) return [];
  const isOnTime = Math.abs(Date.parse(message.dueAt) - order.reviewDueAt) <= DUE_TOLERANCE_MS;
  return isOnTime ? [] : [difference(`due ${new Date(order.reviewDueAt).toISOString()}`)];
}

function wants(order: ExpectedOrder, journey: ComparedJourney): boolean {
  if (journey === 'review-request') return order.reviewDueAt !== null;
  return journey === 'delay-apology' ? order.delayApology : order.repeatThankYou;
}

const isSent = (message: SeenMessage): boolean => message.state === 'sent';

function describe({ state, reason, dueAt }: SeenMessage): string {
  return `${state}${reason ? ` (${reason})` : ''} due ${dueAt}`;
}

export function compareFigures(expected: Figures, computed: Figures): Difference[] {
  const differs = (key: keyof Figures): boolean => {
    const [left, right] = [expected[key], computed[key]];
    if (left === null || right === null) return left !== right;
    return Math.abs(left - right) > (key === 'csat' || key === 'pseudoNps' ? SCORE_TOLERANCE : 0);
  };
  return (Object.keys(expected) as (keyof Figures)[])
    .filter(differs)
    .map((key) => ({ order: 'all', what: key, expected: String(expected[key]), seen: String(computed[key]) }));
}

/** Compares what two readings of the same system show: a stream sent again must change nothing. */
export function compareReadings(before: readonly SeenMessage[], after: readonly SeenMessage[]): Difference[] {
  const line = (message: SeenMessage): string => `${message.journey}|${message.order}|${describe(message)}`;
  const counts = new Map<string, number>();
  for (const message of after) counts.set(line(message), (counts.get(line(message)) ?? 0) + 1);
  for (const message of before) counts.set(line(message), (counts.get(line(message)) ?? 0) - 1);
  return [...counts]
    .filter(([, surplus]) => surplus !== 0)
    .map(([key, surplus]) => {
      const [what = '', order = '', text = ''] = key.split('|');
      const seen = surplus > 0 ? `${surplus} more: ${text}` : `${-surplus} fewer: ${text}`;
      return { order, what, expected: 'as before the stream was sent again', seen };
    });
}

function tallied(labels: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const label of labels.sort()) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}
