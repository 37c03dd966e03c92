import { defineStepKind, type Json, type StepContext } from '#app/domain';
import { z } from 'zod';
import { evaluated, skipped } from '../evaluated.js';
import { expression } from '../settings-parts.js';

const MAX_FIELDS = 30;
/** Of the payload as JSON; receivers commonly take at least this. */
const MAX_PAYLOAD_CHARS = 32 * 1024;
/** Names of query parameters that carry secrets; documents are shown to people and kept for ever. */
const SECRET_PARAMETER = /^(access[-_]?token|token|api[-_]?key|secret|client[-_]?secret|password|passwd|pwd)$/i;

const url = z
  .url({ protocol: /^https$/, error: 'Write an address that begins with https://' })
  .max(2000)
  .refine((text) => !hasCredentials(text), {
    error: 'Leave user names, passwords and tokens out of the address; each call is signed instead',
  })
  .describe('Address that is called, written out; https only.');

const settings = z.strictObject({
  url,
  payload: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z][\w-]{0,63}$/, { error: 'Write letters, digits, hyphens and underscores' })
        .refine((name) => !(name in {}), { error: 'This name is reserved; choose another one' }),
      expression,
    )
    .refine((fields) => Object.keys(fields).length <= MAX_FIELDS, { error: `At most ${MAX_FIELDS} fields` })
    .default({})
    .describe('Fields of the body: a CEL expression for each. One that has no value is sent as null.'),
});

/** Calls a system of the shop and goes on without waiting for its answer. */
export const callWebhookStep = defineStepKind<z.output<typeof settings>>({
  code: 'call-webhook',
  title: 'Call a webhook',
  settings: settings as unknown as z.ZodType<z.output<typeof settings>>,
  enter: ({ url: address, payload: fields }, context) => {
    const { payload, problems } = payloadOf(fields, context);
    const length = JSON.stringify(payload).length;
    if (length > MAX_PAYLOAD_CHARS)
      return skipped('unsuitable', `The payload has ${length} characters; at most ${MAX_PAYLOAD_CHARS} are sent.`);
    return {
      type: 'continue',
      acts: [{ type: 'call', url: address, payload }],
      ...(Object.keys(problems).length === 0 ? {} : { note: { unknown: problems } }),
    };
  },
  expressions: ({ payload }) =>
    Object.entries(payload).map(([name, source]) => ({ place: `payload/${name}`, source, expects: 'any' })),
});

function payloadOf(
  fields: Readonly<Record<string, string>>,
  context: StepContext,
): { readonly payload: Json; readonly problems: Readonly<Record<string, string>> } {
  const payload: Record<string, Json> = {};
  const problems: Record<string, string> = {};
  for (const [name, source] of Object.entries(fields)) {
    const result = evaluated(source, context);
    payload[name] = 'value' in result ? result.value : null;
    if ('problem' in result) problems[name] = result.problem;
  }
  return { payload, problems };
}

function hasCredentials(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password, searchParams } = new URL(text);
  return username !== '' || password !== '' || [...searchParams.keys()].some((name) => SECRET_PARAMETER.test(name));
}
