import type { MessageClass } from '../consent/message-class.js';
import type { FactsView, Json } from '../facts/view.js';
import type { Instant } from '../time/instant.js';
import type { DecisionFacts } from './decision-facts.js';
import type { JourneyPlan } from './plan.js';
import type { RunState } from './run.js';
import type { StepContext } from './step-kind.js';

/** The run as it stands when the step is asked. */
export class WalkContext implements StepContext {
  constructor(
    private readonly plan: JourneyPlan,
    private readonly facts: DecisionFacts,
    private readonly run: RunState,
    readonly stepId: string,
    readonly now: Instant,
  ) {}

  get at(): Instant {
    return this.run.at;
  }

  get view(): FactsView {
    return this.facts.view(this.run);
  }

  get zone(): string {
    return this.facts.zone;
  }

  get shopZone(): string {
    return this.facts.shopZone;
  }

  get journeyKey(): string {
    return this.plan.document.key;
  }

  get customerId(): string {
    return this.facts.customerId;
  }

  get arm(): string | null {
    return this.facts.armAt(this.stepId);
  }

  get visit(): number {
    return this.run.visit;
  }

  get class(): MessageClass {
    return this.plan.document.class;
  }

  evaluate(expression: string): Json {
    return this.facts.evaluate(expression, this.run);
  }

  holds(condition: string): boolean {
    return this.facts.holds(condition, this.run);
  }
}
