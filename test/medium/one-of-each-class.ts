import { type JourneyDocument, MESSAGE_CLASSES } from '#app/domain';
import { aJourney, send, step, wait } from './a-journey.js';

const NOTE = { en: { subject: 'A note', mjml: '<mjml><mj-body></mj-body></mjml>', sms: 'A note', whatsapp: 'A note' } };
const SURVEY = { key: 'how-likely', metric: 'nps', question: { en: 'How likely?' } };

/** Of each class one that writes at once by text and on WhatsApp, and three hours later by mail. */
export const ONE_OF_EACH_CLASS = MESSAGE_CLASSES.map((messageClass) =>
  aJourney({
    key: `say-${messageClass}`,
    class: messageClass,
    ...(messageClass === 'marketing' && { holdOut: 'none' }),
    entry: { key: 'order.id', reentry: 'never' },
    exitOn: ['order.cancelled', 'order.refunded', 'return.requested'].map(
      (event) => ({ event }) as JourneyDocument['exitOn'][number],
    ),
    steps: [
      messageClass === 'feedback'
        ? step('text', 'ask', { survey: SURVEY, template: 'note', channels: ['sms'] })
        : send('text', { template: 'note', channels: ['sms'] }),
      send('chat', { template: 'note', channels: ['whatsapp'] }),
      wait('rest', 'PT3H'),
      send('mail', { template: 'note', channels: ['email'] }),
    ],
    templates: { note: NOTE },
  }),
);
