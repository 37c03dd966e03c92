import { defineStepKind } from '#app/domain';
import { z } from 'zod';
import { planMessage } from '../plan-message.js';
import { channels, expression, templateName, usefulFor } from '../settings-parts.js';

const settings = z.strictObject({
  template: templateName,
  channels,
  usefulFor: usefulFor.optional(),
  when: expression.optional().describe('Send only when this holds; else go on without the message.'),
});

/** Sends a message and goes on. */
export const sendStep = defineStepKind<z.output<typeof settings>>({
  code: 'send',
  title: 'Send a message',
  settings,
  enter: (send, context) => planMessage(send, context, null),
  templates: ({ template, channels: media }) => [{ name: template, channels: media }],
  expressions: ({ when }) => (when === undefined ? [] : [{ place: 'when', source: when, expects: 'bool' }]),
});
