import { createHash } from 'node:crypto';
import type { Witness } from '#app/application';
import { clientOf } from '#app/platform';
import type { FastifyRequest } from 'fastify';
import { wordsFor } from './words.js';

const NAME_CHARS = 8;

/** How something was said on a page: the words there, and what the request tells of who said it. */
export function witnessOf(request: FastifyRequest, locale: string, shown: Witness['shown']): Witness {
  return {
    shown,
    wording: wordingOf(locale),
    client: clientOf(request.ip),
    agent: request.headers['user-agent'] ?? '',
  };
}

/** Another one whenever the words about consent change. */
function wordingOf(locale: string): string {
  const { preferences, confirm } = wordsFor(locale);
  const hash = createHash('sha256')
    .update(JSON.stringify([preferences, confirm]))
    .digest('hex');
  return `${locale}, wording ${hash.slice(0, NAME_CHARS)}`;
}
