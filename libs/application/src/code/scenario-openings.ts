import {
  type FactsSnapshot,
  type Instant,
  isInSegment,
  type JourneyPlan,
  type Json,
  nextOccasion,
  nextScheduled,
  type PlannedDate,
  type ShopFacts,
} from '#app/domain';
import { ownEventOf } from '../backtest/own-event.js';
import type { FoldedEvent } from '../journeys/journey-runtime.port.js';

/** Somebody of a scenario, or one of their orders, as they are known now. */
export interface KnownInScenario {
  readonly customerId: string;
  readonly orderId: string | null;
  readonly snapshot: FactsSnapshot;
}

export interface Opening {
  readonly at: Instant;
  readonly events: readonly FoldedEvent[];
}

/** Whom a journey lets in next after a time by its own date or schedule; undefined where there is nothing more. */
export function nextOpening(
  plan: JourneyPlan,
  shop: ShopFacts,
  known: readonly KnownInScenario[],
  after: Instant,
): Opening | undefined {
  const { calendar } = plan;
  if (calendar?.type === 'date') return nextDates(plan, calendar, known, after);
  if (!calendar) return undefined;
  const at = nextScheduled(calendar, shop.timeZone, after);
  const events = known
    .filter(({ orderId }) => orderId === null)
    .map((person) => ownEventOf(plan, person, at, {}))
    .filter(({ event, snapshot }) =>
      isInSegment(plan, { ...event, data: event.data as unknown as Json }, snapshot, at),
    );
  return { at, events };
}

function nextDates(
  plan: JourneyPlan,
  calendar: PlannedDate,
  known: readonly KnownInScenario[],
  after: Instant,
): Opening | undefined {
  const coming = known
    .filter(({ orderId }) => (orderId !== null) === (calendar.of === 'order'))
    .flatMap((subject) => {
      const next = nextOccasion(plan, calendar, subject.snapshot, after);
      return typeof next === 'string' ? [] : [{ subject, ...next }];
    });
  if (coming.length === 0) return undefined;
  const at = Math.min(...coming.map(({ dueAt }) => dueAt));
  const events = coming
    .filter(({ dueAt }) => dueAt === at)
    .map(({ subject, date }) => ownEventOf(plan, subject, at, { date }));
  return { at, events };
}
