import type { SourceKind } from '#app/application';
import { z } from 'zod';
import { readWireEvent } from '../wire-body.js';

/** Events that came by POST /api/v1/events: the key of the API vouches for them, and no webhook of this kind exists. */
export const apiSource: SourceKind = {
  code: 'api',
  title: 'API',
  settings: z.strictObject({}),
  keptHeaders: [],
  contentTypes: [],
  refuseSecret: () => 'Events of this kind come by POST /api/v1/events. Choose another kind of source.',
  verify: () => ({ genuine: false, reason: 'events of this kind come by the API' }),
  dedupeKey: ({ rawBody }) => rawBody.toString('base64url').slice(0, 255),
  parse: ({ body }) => readWireEvent(body, 'unknown'),
};
