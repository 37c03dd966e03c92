import { Injectable } from '@nestjs/common';
import { faultsOf, MAX_EVENTS_PER_BATCH, wireEvent } from '#app/contracts';
import { type Fault, PermanentError } from '#app/domain';
import { AcceptEvents } from './accept-event.use-case.js';
import { canonicalJson } from './canonical-json.js';
import type { ReceivedBody } from './inbox.port.js';

/** What became of one event of a call, in the order of the call. */
export interface SubmittedEvent {
  /** The sender's id; null when the event had none that could be read. */
  readonly id: string | null;
  /** `conflict`: the id was seen with another body; nothing was stored. */
  readonly status: 'accepted' | 'duplicate' | 'conflict' | 'invalid';
  /** Id in the inbox, of the first one for a duplicate; absent when nothing was stored under this id. */
  readonly eventId?: string;
  readonly errors?: readonly Fault[];
}

/** Takes events by API. Each stands for itself: a faulty one doesn't hold up the others. */
@Injectable()
export class SubmitEvents {
  constructor(private readonly events: AcceptEvents) {}

  /**
   * @param items parsed JSON, 1 to 500 of them
   * @throws PermanentError `validation` when there are none or too many
   * @throws TransientError `unavailable` when they can't be stored; the whole call may be sent again
   */
  async submit(shopId: string, items: readonly unknown[]): Promise<SubmittedEvent[]> {
    if (items.length === 0 || items.length > MAX_EVENTS_PER_BATCH) {
      throw new PermanentError(
        'validation',
        `A call holds 1 to ${MAX_EVENTS_PER_BATCH} events, this one ${items.length}. Split it.`,
      );
    }
    const checked = items.map((item) => check(shopId, item));
    const bodies = checked.flatMap(({ body }) => (body ? [body] : []));
    const stored = bodies.length > 0 ? await this.events.acceptAll(bodies) : [];
    let next = 0;
    return checked.map(({ id, body, errors }) => {
      if (!body) return { id, status: 'invalid', errors: errors ?? [] };
      const answer = stored[next];
      next += 1;
      if (!answer || answer.outcome === 'conflict') return { id, status: 'conflict' };
      return { id, status: answer.outcome, eventId: answer.eventId };
    });
  }
}

function check(shopId: string, item: unknown): { id: string | null; body?: ReceivedBody; errors?: readonly Fault[] } {
  const result = wireEvent.safeParse(item);
  if (!result.success) return { id: idOf(item), errors: faultsOf(result.error) };
  const { id } = result.data;
  // the shop itself stands for the source of what comes by API
  return { id, body: { shopId, sourceId: shopId, kind: 'api', dedupeKey: id, headers: {}, body: canonicalJson(item) } };
}

function idOf(item: unknown): string | null {
  if (typeof item !== 'object' || item === null || !('id' in item) || typeof item.id !== 'string') return null;
  return item.id.slice(0, 255);
}
