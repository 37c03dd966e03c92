import { type Act, defineStepKind } from '#app/domain';
import { z } from 'zod';

const MAX_TAGS = 20;

const tags = z
  .array(z.string().regex(/^\S(.{0,62}\S)?$/, { error: 'Write 1 to 64 characters on one line, no spaces around them' }))
  .max(MAX_TAGS, { error: `At most ${MAX_TAGS} tags` })
  .default([]);

const settings = z
  .strictObject({
    add: tags.describe('Tags that the customer gets.'),
    remove: tags.describe('Tags that the customer loses.'),
  })
  .refine(({ add, remove }) => add.length + remove.length > 0, { error: 'Name at least one tag to add or to remove' })
  .refine(({ add, remove }) => new Set([...add, ...remove]).size === add.length + remove.length, {
    error: 'Name each tag once',
  });

/** Adds tags to the customer and takes tags away. */
export const tagStep = defineStepKind<z.output<typeof settings>>({
  code: 'tag',
  title: 'Add or remove tags',
  settings: settings as unknown as z.ZodType<z.output<typeof settings>>,
  enter: ({ add, remove }) => ({ type: 'continue', acts: [...actsOf(add, true), ...actsOf(remove, false)] }),
});

function actsOf(names: readonly string[], isOn: boolean): Act[] {
  return names.map((tag) => ({ type: 'tag', tag, isOn }));
}
