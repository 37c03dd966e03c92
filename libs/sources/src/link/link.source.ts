import type { SourceKind } from '#app/application';
import { z } from 'zod';
import { readLinkEvent } from '../wire-body.js';

/** What people said through the links of our messages: the link's token vouches for it, and no webhook of this kind exists. */
export const linkSource: SourceKind = {
  code: 'link',
  title: 'Link',
  settings: z.strictObject({}),
  keptHeaders: [],
  contentTypes: [],
  refuseSecret: () => 'Answers of this kind come by links in messages. Choose another kind of source.',
  verify: () => ({ genuine: false, reason: 'answers of this kind come by links' }),
  dedupeKey: ({ rawBody }) => rawBody.toString('base64url').slice(0, 255),
  parse: ({ body }) => readLinkEvent(body),
};
