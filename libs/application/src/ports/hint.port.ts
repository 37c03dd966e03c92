import { MEDIA } from '#app/domain';

/** What goes out: a message by its medium, a call by webhook. */
export const DELIVERY_QUEUES = [...MEDIA.map((medium) => `delivery-${medium}` as const), 'delivery-webhook'] as const;

/** Work that can be hinted at; each is one queue with one processor. */
export const QUEUE_NAMES = ['intake', 'timers', ...DELIVERY_QUEUES, 'maintenance'] as const;
export type QueueName = (typeof QUEUE_NAMES)[number];

/**
 * Tells the workers that rows are waiting. A hint carries no data and may be lost, doubled or late: the rows are the truth and
 * every worker looks for them by itself once a second. Call it after the commit, never inside a transaction.
 */
export abstract class HintPort {
  /** Never throws and never waits longer than 200 ms. Hints to one queue that follow each other closely become one. */
  abstract hint(queue: QueueName): void;

  /** Resolves once the workers of this very process have done what they were hinted at; false when it has none. */
  settled(): Promise<boolean> {
    return Promise.resolve(false);
  }
}
