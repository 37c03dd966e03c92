import { type FactsSnapshot, type Instant, isErased, isInSegment, toIso } from '#app/domain';
import type { JourneyInForce } from '../runtime/journey-plans.js';
import type { OwnEvent } from './raise-events.js';

/** A time of a journey's schedule that has come. */
export interface ScheduledTurn {
  readonly journey: JourneyInForce;
  readonly dueAt: Instant;
  readonly now: Instant;
}

/** What lets a person in by it; none for whom the segment doesn't hold. */
export function scheduledEvent({ journey, dueAt, now }: ScheduledTurn, snapshot: FactsSnapshot): OwnEvent[] {
  const data = { journey: journey.version.key };
  const event = { id: '', type: 'journey.scheduled', occurredAt: toIso(dueAt), data } as const;
  if (isErased(snapshot.customer) || !isInSegment(journey.plan, event, snapshot, now)) return [];
  return [{ type: event.type, occurredAt: dueAt, data, orderId: null, snapshot }];
}
