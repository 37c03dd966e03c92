import {
  celView,
  compileExpression,
  type DomainEvent,
  entryKeyIn,
  type FactsSnapshot,
  type FactsView,
  factsView,
  type Instant,
  isErased,
  isStale,
  type JourneyPlan,
  type Json,
  PermanentError,
  STALE_AFTER_HOURS,
  toInstant,
  toIso,
} from '#app/domain';
import { factsIn, partsOf } from './condition-parts.js';

export type RuleName =
  | 'event'
  | 'live'
  | 'erased'
  | 'stale'
  | 'limit'
  | 'date'
  | 'schedule'
  | 'where'
  | 'audience'
  | 'entry-key'
  | 're-entry'
  | 'start'
  | 'entry';

/** The event that a rule was asked about. */
export interface RuleEvent {
  readonly id: string;
  readonly type: string;
  readonly at: string;
  readonly receivedAt: string;
  /** The sender's id of the order. */
  readonly order: string | null;
}

/** One rule of entry with what it saw. */
export interface ExplainedRule {
  /** Null for what concerns all events. */
  readonly event: RuleEvent | null;
  readonly rule: RuleName;
  readonly holds: boolean;
  /** The facts it named, as they were known then. */
  readonly facts: { readonly [path: string]: Json };
  /** A sentence. */
  readonly says: string;
}

export interface RuleResult extends Omit<ExplainedRule, 'event'> {
  readonly entryKey?: string;
}

export function ruleEvent({ id, type, occurredAt, receivedAt, order }: DomainEvent): RuleEvent {
  return { id, type, at: occurredAt, receivedAt, order: order?.externalId ?? null };
}

const ERASED: RuleResult = { rule: 'erased', holds: false, facts: {}, says: 'The customer had asked to be erased.' };

/** The rules that ask the facts: trigger, audience and entry key, as the engine asks them on entry. */
export function factRules(plan: JourneyPlan, event: DomainEvent, snapshot: FactsSnapshot, now: Instant): RuleResult[] {
  const rules = new FactRules(plan, viewOf(plan, event, snapshot, now));
  const results: RuleResult[] = [];
  if (isErased(snapshot.customer)) results.push(ERASED);
  if (isStale(event, event.receivedAt)) results.push(STALE);
  const { where } = plan.trigger;
  const name = plan.calendar === null ? 'The condition on the event' : 'The segment';
  if (where !== null) results.push(rules.condition('where', name, where));
  if (plan.audience !== null) results.push(rules.condition('audience', 'The audience', plan.audience));
  results.push(rules.entryKey(Math.min(toInstant(event.occurredAt), now), snapshot.shop.timeZone));
  return results;
}

const STALE: RuleResult = {
  rule: 'stale',
  holds: false,
  facts: {},
  says: `The news of the parcel was more than ${STALE_AFTER_HOURS} hours old when it was received.`,
};

function viewOf(plan: JourneyPlan, event: DomainEvent, snapshot: FactsSnapshot, now: Instant): FactsView {
  const { id, type, occurredAt } = event;
  const view = { id, type, occurredAt, data: event.data as unknown as Json };
  const at = toIso(Math.min(toInstant(occurredAt), now));
  const run = { at, enteredAt: occurredAt, step: null, visit: 0, goalReached: false, entry: view };
  return { ...factsView(snapshot), event: view, settings: plan.document.settings, run };
}

class FactRules {
  constructor(
    private readonly plan: JourneyPlan,
    private readonly view: FactsView,
  ) {}

  condition(rule: RuleName, name: string, source: string): RuleResult {
    const { value, problem } = this.ask(source);
    const holds = value === true;
    const facts = factsIn(source, this.view);
    if (holds) return { rule, holds, facts, says: `${name} held: ${source}.` };
    const parts = partsOf(source);
    const broken = parts.length < 2 ? [] : parts.filter((part) => this.ask(part).value !== true);
    const what = broken.length > 0 && broken.length < parts.length ? broken.join(' and ') : source;
    const why = this.reason(what, broken.length === 1 ? this.ask(what).problem : problem);
    return { rule, holds, facts, says: `${name} did not hold: ${what} was not true${why}.` };
  }

  entryKey(at: Instant, shopZone: string): RuleResult {
    const { entryKey: source } = this.plan;
    const facts = factsIn(source, this.view);
    const { value, problem } = this.ask(source);
    const key = entryKeyIn(this.plan, value, at, shopZone);
    if (key !== null)
      return { rule: 'entry-key', holds: true, facts, entryKey: key, says: `The entry key ${source} was "${key}".` };
    const why = problem ?? `it gave ${JSON.stringify(value ?? null).slice(0, 60)}`;
    return {
      rule: 'entry-key',
      holds: false,
      facts,
      says: `There was no entry key: ${source} had no usable value (${why}).`,
    };
  }

  private reason(source: string, problem: string | undefined): string {
    if (problem !== undefined) return ` (a fact was missing: ${problem.replace(/\.$/, '')})`;
    const known = Object.entries(factsIn(source, this.view)).map(
      ([path, fact]) => `${path} was ${JSON.stringify(fact)}`,
    );
    return known.length === 0 ? '' : ` (${known.join(', ')})`;
  }

  private ask(source: string): { readonly value?: Json; readonly problem?: string } {
    const expression = this.plan.expressions.get(source) ?? compiled(source);
    if (!expression) return { problem: 'it cannot be asked by itself' };
    try {
      return { value: expression.evaluate(celView(this.view)) };
    } catch (cause) {
      if (cause instanceof PermanentError) return { problem: cause.message };
      throw cause;
    }
  }
}

function compiled(source: string) {
  const result = compileExpression(source, { place: '' });
  return 'expression' in result ? result.expression : undefined;
}
