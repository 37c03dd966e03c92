import type { ExpectedOrder } from './compare.js';

/** A message as the list shows it, whatever became of it. */
export interface ListedMessage {
  journey: string;
  step: string;
  run: string;
  class: string;
  customer: string;
  /** The table's id of the order */
  order: string | null;
  state: string;
  reason: string | null;
  sentAt: string | null;
}

export interface ListedRun {
  id: string;
  /** The table's id of the order */
  order: string | null;
  status: string;
  endReason: string | null;
}

/** A step as the funnel counts it. */
export interface CountedStep {
  step: string;
  entered: number;
  sent: number;
  heldOut: number;
  skipped: Record<string, number>;
  failed: Record<string, number>;
  waiting: Record<string, number>;
  exited: Record<string, number>;
}

/** Where all those orders are that should have led to a message. */
export interface Account {
  journey: string;
  /** Orders that the tables name */
  truth: number;
  /** By what became of it: their sum is the truth */
  outcomes: Record<string, number>;
  /** Whatever is left unexplained, or counted otherwise in the funnel */
  faults: string[];
}

/** Which message of a journey the tables speak of, and of which orders. */
export const COUNTED = [
  { journey: 'review-request', step: 'ask', isWanted: (order: ExpectedOrder): boolean => order.reviewDueAt !== null },
  { journey: 'delay-apology', step: 'apologise', isWanted: (order: ExpectedOrder): boolean => order.delayApology },
] as const;

export function accountOf(
  { journey, step, isWanted }: (typeof COUNTED)[number],
  expected: readonly ExpectedOrder[],
  told: { messages: readonly ListedMessage[]; runs: readonly ListedRun[]; funnel: readonly CountedStep[] },
): Account {
  const wanted = new Set(expected.filter(isWanted).map(({ order }) => order));
  const messages = told.messages.filter((message) => message.journey === journey && message.step === step);
  const byOrder = groupByOrder(messages);
  const runs = new Map(told.runs.map((run) => [run.order, run]));
  const outcomes: Record<string, number> = {};
  const faults: string[] = [];
  for (const order of wanted) {
    const found = byOrder.get(order) ?? [];
    if (found.length > 1) faults.push(`${order} has ${found.length} messages`);
    const outcome = found[0] ? outcomeOf(found[0]) : endOf(runs.get(order));
    if (outcome === undefined) faults.push(`${order} has no message, and no run that ended before`);
    else outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  for (const { order, state } of messages)
    if (order === null || !wanted.has(order)) faults.push(`${order ?? 'no order'} should have no message: ${state}`);
  faults.push(
    ...otherwiseCounted(
      messages,
      told.funnel.find((counted) => counted.step === step),
    ),
  );
  return { journey, truth: wanted.size, outcomes, faults };
}

function groupByOrder(messages: readonly ListedMessage[]): Map<string | null, ListedMessage[]> {
  const groups = new Map<string | null, ListedMessage[]>();
  for (const message of messages) {
    const group = groups.get(message.order);
    if (group) group.push(message);
    else groups.set(message.order, [message]);
  }
  return groups;
}

/** In the words of the funnel. */
function outcomeOf({ state, reason }: ListedMessage): string {
  if (state === 'sent') return 'sent';
  if (state === 'held_out') return 'held out';
  if (state === 'suppressed' && reason === 'run-exited') return 'exited';
  if (state === 'suppressed') return `skipped: ${reason}`;
  if (state === 'expired') return `skipped: ${reason ?? 'useful-until'}`;
  return state === 'failed' ? `failed: ${reason}` : `waiting: ${reason ?? state}`;
}

function endOf(run: ListedRun | undefined): string | undefined {
  if (!run || run.status === 'completed') return undefined;
  return run.status === 'waiting' ? 'still waiting before' : `ended before: ${run.endReason}`;
}

/** The funnel must show the same numbers as the list of messages. */
function otherwiseCounted(messages: readonly ListedMessage[], counted: CountedStep | undefined): string[] {
  const listed: Record<string, number> = {};
  for (const message of messages) {
    const outcome = outcomeOf(message);
    listed[outcome] = (listed[outcome] ?? 0) + 1;
  }
  const shown: Record<string, number> = {
    sent: counted?.sent ?? 0,
    'held out': counted?.heldOut ?? 0,
    ...reasonsOf(counted),
  };
  const keys = new Set([...Object.keys(listed), ...Object.keys(shown)]);
  return [...keys]
    .filter((key) => (listed[key] ?? 0) !== (shown[key] ?? 0))
    .map((key) => `the funnel counts ${shown[key] ?? 0} as ${key}, the list ${listed[key] ?? 0}`);
}

function reasonsOf(counted: CountedStep | undefined): Record<string, number> {
  if (!counted) return {};
  const named = (state: 'skipped' | 'failed' | 'waiting') =>
    Object.entries(counted[state]).map(([reason, n]) => [`${state}: ${reason}`, n] as const);
  const exited = Object.values(counted.exited).reduce((sum, n) => sum + n, 0);
  return Object.fromEntries([['exited', exited], ...named('skipped'), ...named('failed'), ...named('waiting')]);
}
