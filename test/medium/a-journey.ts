import type { JourneyDocument, StepDocument } from '#app/domain';

export const send = (id: string, more: object = {}): StepDocument => ({
  id,
  kind: 'send',
  settings: { template: 'hello', channels: ['email', 'sms'], ...more },
});

export const step = (id: string, kind: string, settings: object): StepDocument =>
  ({ id, kind, settings }) as unknown as StepDocument;

export const wait = (id: string, duration: string): StepDocument => ({ id, kind: 'wait', settings: { for: duration } });

/** A service journey per order that sends at once; override what matters. */
export function aJourney(fields: Partial<JourneyDocument> = {}): JourneyDocument {
  return {
    key: 'thanks',
    title: 'Say thank you',
    class: 'service',
    trigger: { event: 'order.placed' },
    entry: { key: 'order.id', reentry: 'never' },
    exitOn: [],
    settings: {},
    steps: [send('say')],
    templates: { hello: { en: { subject: 'Hello', mjml: '<mjml><mj-body></mj-body></mjml>', sms: 'Hello' } } },
    ...fields,
  };
}
