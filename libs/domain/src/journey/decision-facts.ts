import { PermanentError } from '../errors.js';
import { armKey } from '../facts/written.js';
import {
  customerView,
  type EventView,
  type FactsSnapshot,
  type FactsView,
  factsView,
  type Json,
  orderView,
  shopView,
} from '../facts/view.js';
import { isTimeZone, toIso } from '../time/instant.js';
import { type CelView, lazyCelView } from './cel-view.js';
import type { Variable } from './fact-fields.js';
import type { JourneyPlan } from './plan.js';
import { afterAct } from './after-act.js';
import type { Act, RunState } from './run.js';

/** What one decision knows: the variables, built and converted once each, and what was asked of them. */
export class DecisionFacts {
  readonly shopZone: string;
  private checkedZone: string | undefined;
  private cel: CelView | undefined;
  private run: RunState | undefined;
  private asked: { readonly [key: string]: Json }[] = [];

  constructor(
    private readonly plan: JourneyPlan,
    private snapshot: FactsSnapshot,
    private readonly event: EventView,
  ) {
    this.shopZone = snapshot.shop.timeZone;
  }

  get customerId(): string {
    return this.snapshot.customerId;
  }

  /** The arm that the person was drawn into at this step before; null for none. */
  armAt(step: string): string | null {
    return this.snapshot.arms?.[armKey(this.plan.document.key, step)] ?? null;
  }

  /** The same facts with another event at hand. */
  with(event: EventView): DecisionFacts {
    return new DecisionFacts(this.plan, this.snapshot, event);
  }

  /** What a step did is known to those that follow it. */
  learn(act: Act): void {
    const snapshot = afterAct(this.snapshot, act);
    if (snapshot === this.snapshot) return;
    this.snapshot = snapshot;
    this.cel = undefined;
  }

  /** The customer's zone, the shop's where it is unknown or no zone. Asked for lazily: the check is slow. */
  get zone(): string {
    const { timeZone } = this.snapshot.customer;
    this.checkedZone ??= timeZone !== null && isTimeZone(timeZone) ? timeZone : this.shopZone;
    return this.checkedZone;
  }

  view(run: RunState): FactsView {
    const { settings } = this.plan.document;
    return { ...factsView(this.snapshot), event: { ...this.event }, settings, run: runView(run) };
  }

  /** @throws PermanentError `expression.failed` */
  evaluate(source: string, run: RunState): Json {
    const expression = this.plan.expressions.get(source);
    if (!expression)
      throw new PermanentError('expression.invalid', `"${source.slice(0, 80)}" was not compiled with the journey.`);
    this.run = run;
    this.cel ??= lazyCelView((name) => this.read(name), 'run');
    return expression.evaluate(this.cel);
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

  private read(name: Variable): Json {
    switch (name) {
      case 'shop':
        return shopView(this.snapshot);
      case 'customer':
        return customerView(this.snapshot);
      case 'order':
        return orderView(this.snapshot);
      case 'event':
        return { ...this.event };
      case 'settings':
        return this.plan.document.settings;
      case 'run':
        return this.run === undefined ? null : runView(this.run);
    }
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
