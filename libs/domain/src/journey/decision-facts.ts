import { PermanentError } from '../errors.js';
import { type EventView, type FactsSnapshot, type FactsView, factsView, type Json } from '../facts/view.js';
import { isTimeZone, toIso } from '../time/instant.js';
import { type CelView, celView } from './expression.js';
import type { JourneyPlan } from './plan.js';
import type { RunState } from './run.js';

/** What one decision knows: the variables, built and converted once, and what was asked of them. */
export class DecisionFacts {
  readonly zone: string;
  readonly shopZone: string;
  private readonly base: FactsView;
  private cel: CelView | undefined;
  private asked: { readonly [key: string]: Json }[] = [];

  constructor(
    private readonly plan: JourneyPlan,
    snapshot: FactsSnapshot,
    event: EventView,
  ) {
    const { timeZone } = snapshot.customer;
    this.shopZone = snapshot.shop.timeZone;
    this.zone = timeZone !== null && isTimeZone(timeZone) ? timeZone : this.shopZone;
    this.base = { ...factsView(snapshot), event: { ...event }, settings: plan.document.settings };
  }

  view(run: RunState): FactsView {
    return { ...this.base, run: runView(run) };
  }

  /** @throws PermanentError `expression.failed` */
  evaluate(source: string, run: RunState): Json {
    const expression = this.plan.expressions.get(source);
    if (!expression) throw new PermanentError('expression.invalid', `"${source.slice(0, 80)}" was not compiled with the journey.`);
    this.cel ??= celView(this.base);
    return expression.evaluate({ ...this.cel, run: celView({ run: runView(run) })['run'] });
  }

  /**
   * Only `true` holds. A fact that is missing makes a condition false instead of failing the run, since facts come late and in any
   * order; the journal keeps the reason.
   */
  holds(source: string, run: RunState): boolean {
    try {
      const result = this.evaluate(source, run) === true;
      this.asked.push({ condition: source, result });
      return result;
    } catch (cause) {
      if (!(cause instanceof PermanentError) || cause.code !== 'expression.failed') throw cause;
      this.asked.push({ condition: source, result: false, problem: cause.message });
      return false;
    }
  }

  /** The conditions asked since the last call, for the journal. */
  takeAsked(): { readonly conditions?: Json } {
    const asked = this.asked;
    this.asked = [];
    return asked.length === 0 ? {} : { conditions: asked };
  }
}

function runView(run: RunState): Json {
  return {
    at: toIso(run.at),
    enteredAt: run.entry.occurredAt,
    step: run.step,
    visit: run.visit,
    goalReached: run.goalAt !== null,
    entry: { ...run.entry },
  };
}
