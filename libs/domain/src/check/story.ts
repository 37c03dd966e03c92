import type { DomainEvent, EventType } from '../event/event.js';
import type { Json } from '../facts/view.js';
import { type Instant, toIso } from '../time/instant.js';

/** One event of a story. */
export interface StoryEvent {
  readonly type: EventType;
  readonly at: Instant;
  /** The order that it is about; null for what concerns the person alone. */
  readonly order: string | null;
  readonly data: Readonly<Record<string, Json>>;
}

/** What happens to one made-up person: a counter-example, once the engine has played it. */
export interface Story {
  /** Id of the person; lots are drawn by it. */
  readonly customerId: string;
  /** In the order in which they happen. */
  readonly events: readonly StoryEvent[];
}

const EMAIL = 'ada@example.com';
const PHONE = '+33600000000';

/** The event as intake would hand it over; it is received when it happens. */
export function domainEventOf({ type, at, order, data }: StoryEvent, index: number): DomainEvent {
  const occurredAt = toIso(at);
  return {
    id: `story-${index}`,
    type,
    occurredAt,
    receivedAt: occurredAt,
    customer: { externalId: '1', email: EMAIL, phone: PHONE },
    ...(order === null ? {} : { order: { externalId: order } }),
    data,
  } as unknown as DomainEvent;
}

export function withEvent(story: Story, event: StoryEvent): Story {
  return { ...story, events: [...story.events, event].toSorted((a, b) => a.at - b.at) };
}
