import { TransientError } from '#app/domain';
import type { preValidationHookHandler } from 'fastify';
import { problemOf } from './problem.js';

/** Told in turn: those who were refused together don't come again together. */
const RETRY_AFTER_S = [1, 2, 3] as const;

/** Takes so many requests in hand at once, and tells any other to come again: early, and before anything was done for it. */
export function bounded(maxAtOnce: number): preValidationHookHandler {
  let inHand = 0;
  let refused = 0;
  return (request, reply, done) => {
    if (inHand < maxAtOnce) {
      inHand += 1;
      // also when the sender has gone meanwhile
      reply.raw.once('close', () => (inHand -= 1));
      done();
      return;
    }
    const retryAfterS = RETRY_AFTER_S[refused % RETRY_AFTER_S.length] ?? 1;
    refused += 1;
    const busy = new TransientError(
      'unavailable',
      'More comes in than can be stored at the moment. Nothing of this was stored; send it again in a moment.',
      { retryAfterS },
    );
    // not through the filter: a line of the log for each would cost more than what it saves
    const { status, headers, body } = problemOf(busy, request.id);
    void reply.code(status).headers(headers).send(body);
  };
}
