import { defineStepKind, type Json, type StepContext, type StepDecision } from '#app/domain';
import { z } from 'zod';
import { evaluated, skipped } from '../evaluated.js';
import { expression } from '../settings-parts.js';

const MAX_VALUE_CHARS = 500;

const attribute = z
  .string()
  .regex(/^[A-Za-z]\w{0,63}$/, { error: 'Write letters, digits and underscores, beginning with a letter' })
  .refine((name) => !(name in {}), { error: 'This name is reserved; choose another one' })
  .describe('Name of the attribute; conditions see it as customer.attributes.<name>.');

const withValue = z
  .strictObject({
    attribute,
    value: z
      .union([z.string().max(MAX_VALUE_CHARS), z.number(), z.boolean(), z.null()], {
        error: 'Write a text, a number, true, false or null',
      })
      .describe('The value itself.'),
  })
  .describe('Set a fixed value.');
const withExpression = z
  .strictObject({
    attribute,
    from: expression.describe('CEL expression that gives the value. While it has none the attribute stays as it is.'),
  })
  .describe('Set what an expression gives.');

const settings = z.union([withValue, withExpression], { error: 'Write one of value or from' });

/** Writes one attribute of the customer. */
export const setAttributeStep = defineStepKind<z.output<typeof settings>>({
  code: 'set-attribute',
  title: 'Set an attribute',
  settings,
  enter: (set, context) => ('from' in set ? setFrom(set, context) : setTo(set.attribute, set.value)),
  expressions: (set) => ('from' in set ? [{ place: 'from', source: set.from, expects: 'any' }] : []),
});

function setFrom({ attribute: name, from }: z.output<typeof withExpression>, context: StepContext): StepDecision {
  const result = evaluated(from, context);
  if ('problem' in result) return skipped('unknown', result.problem);
  const { value } = result;
  const isPlain = typeof value !== 'object' || value === null;
  const isShort = typeof value !== 'string' || value.length <= MAX_VALUE_CHARS;
  if (isPlain && isShort) return setTo(name, value);
  const problem = `${from} gives ${JSON.stringify(value).slice(0, 60)}; an attribute is a number, true, false or a text of at most ${MAX_VALUE_CHARS} characters.`;
  return skipped('unsuitable', problem);
}

function setTo(name: string, value: Json): StepDecision {
  return { type: 'continue', acts: [{ type: 'set', attribute: name, value }] };
}
