import type { EventType, EventView, Json, StepContext, StepKind } from '#app/domain';
import { toInstant } from '#app/domain';

/** A context at a given time; expressions are looked up in `facts` by their source. */
export function aContext(
  at: string,
  facts: Readonly<Record<string, unknown>> = {},
  extra: Partial<StepContext> = {},
): StepContext {
  const evaluate = (source: string): unknown => facts[source];
  return {
    now: toInstant(at),
    at: toInstant(at),
    view: {},
    zone: 'Europe/Paris',
    shopZone: 'Europe/Paris',
    journeyKey: 'journey',
    customerId: 'customer',
    stepId: 'step',
    arm: null,
    visit: 1,
    class: 'service',
    evaluate,
    holds: (source) => evaluate(source) === true,
    ...extra,
  };
}

export function anEvent(type: EventType, data: Json = {}): EventView {
  return { id: `${type}-1`, type, occurredAt: '2026-05-04T10:00:00.000Z', data };
}

/** Settings as the kind's schema gives them; throws what it refuses. */
export function parsed(kind: StepKind, settings: unknown): unknown {
  return kind.settings.parse(settings);
}

export function refusal(kind: StepKind, settings: unknown): string {
  const result = kind.settings.safeParse(settings);
  return result.success ? '' : JSON.stringify(result.error.issues);
}
