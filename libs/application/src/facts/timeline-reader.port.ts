import type { EventType, IsoInstant, Json, Medium } from '#app/domain';
import type { ToldStatus } from '../feedback/message-news.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';

interface Item {
  readonly id: string;
  readonly at: IsoInstant;
}

/** What happened to a person, what was sent to them, and which journeys they went through. */
export type TimelineItem =
  | (Item & {
      readonly kind: 'event';
      readonly type: EventType;
      readonly receivedAt: IsoInstant;
      readonly order: string | null;
      readonly data: Json;
    })
  | (Item & {
      readonly kind: 'message';
      readonly journey: string;
      readonly run: string;
      readonly step: string;
      readonly medium: Medium;
      readonly channel: string | null;
      readonly class: string;
      readonly state: string;
      readonly reason: string | null;
      readonly subject: string | null;
      readonly order: string | null;
      readonly dueAt: IsoInstant;
      readonly sentAt: IsoInstant | null;
      /** What the provider has told of it since; null: nothing. */
      readonly delivery: ToldStatus | null;
    })
  | (Item & {
      readonly kind: 'run-started';
      readonly journey: string;
      readonly version: number;
      readonly order: string | null;
    })
  | (Item & {
      readonly kind: 'run-ended';
      readonly journey: string;
      readonly version: number;
      readonly order: string | null;
      readonly status: string;
      readonly reason: string | null;
    });

export interface TimelinePage {
  readonly items: readonly TimelineItem[];
  /** Opaque; null when this is the last page. */
  readonly next: string | null;
}

/** A person's events, messages and runs as one list, newest first. `order` is the sender's order id everywhere. */
export abstract class TimelineReader {
  /**
   * The timeline of the customer, or of the record they were merged into.
   * @throws PermanentError `validation` for a cursor that no page of this list gave
   */
  abstract timeline(
    tx: Transaction,
    customerId: string,
    page: { readonly cursor: string | null; readonly limit: number },
  ): Promise<TimelinePage>;
}
