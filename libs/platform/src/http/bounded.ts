import { TransientError } from '#app/domain';
import type { FastifyReply, FastifyRequest, preValidationHookHandler } from 'fastify';
import { problemOf } from './problem.js';

/** Told in turn: those who were refused together don't come again together. */
const RETRY_AFTER_S = [1, 2, 3] as const;

export interface Room {
  /** Requests in hand at once. */
  readonly atOnce: number;
  /** Requests that wait for their turn; one more is refused at once, so that what they hold is bounded. */
  readonly waiting: number;
  /** Whoever has waited so long without a turn is refused. */
  readonly patienceMs: number;
}

interface Waiter {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly begin: () => void;
  /** On the clock of `performance.now()`. */
  readonly until: number;
}

/**
 * Takes so many requests in hand at once, lets others wait a moment for their turn, first come first served, and tells those who
 * waited too long to come again, before anything was done for them. Waiting is what keeps refusals cheap: a sender that sends
 * again as soon as it is refused costs us a request each time, so none is refused before it has to be.
 */
export function bounded(room: Room): preValidationHookHandler {
  const line = new Line(room);
  return (request, reply, done) => line.enter(request, reply, done);
}

class Line {
  private inHand = 0;
  private refused = 0;
  /** In the order they came, which is that of their `until`. */
  private readonly waiters = new Set<Waiter>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly room: Room) {}

  enter(request: FastifyRequest, reply: FastifyReply, begin: () => void): void {
    if (this.inHand < this.room.atOnce) return this.take(reply, begin);
    if (this.waiters.size >= this.room.waiting) return this.refuse(request, reply);
    const waiter = { request, reply, begin, until: performance.now() + this.room.patienceMs };
    this.waiters.add(waiter);
    // who has gone leaves the line
    reply.raw.once('close', () => this.waiters.delete(waiter));
    this.timer ??= setTimeout(this.lookAtTheLongestWaiting, this.room.patienceMs);
  }

  private take(reply: FastifyReply, begin: () => void): void {
    this.inHand += 1;
    // also when the sender has gone meanwhile
    reply.raw.once('close', this.hasEnded);
    begin();
  }

  private readonly hasEnded = (): void => {
    this.inHand -= 1;
    const next = this.waiters.values().next().value;
    if (next === undefined) return;
    this.waiters.delete(next);
    this.take(next.reply, next.begin);
  };

  private readonly lookAtTheLongestWaiting = (): void => {
    const now = performance.now();
    this.timer = undefined;
    for (const waiter of this.waiters) {
      if (waiter.until > now) {
        this.timer = setTimeout(this.lookAtTheLongestWaiting, waiter.until - now);
        return;
      }
      this.waiters.delete(waiter);
      this.refuse(waiter.request, waiter.reply);
    }
  };

  private refuse(request: FastifyRequest, reply: FastifyReply): void {
    const retryAfterS = RETRY_AFTER_S[this.refused % RETRY_AFTER_S.length] ?? 1;
    this.refused += 1;
    const busy = new TransientError(
      'unavailable',
      'More comes in than can be stored at the moment. Nothing of this was stored; send it again in a moment.',
      { retryAfterS },
    );
    // not through the filter: a line of the log for each would cost more than what it saves
    const { status, headers, body } = problemOf(busy, request.id);
    void reply.code(status).headers(headers).send(body);
  }
}
