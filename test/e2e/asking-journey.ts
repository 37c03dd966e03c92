interface Asking {
  readonly class: 'service' | 'feedback';
  /** Liquid. */
  readonly subject: string;
  readonly text: string;
  /** Steps that follow, in YAML. */
  readonly next?: readonly string[];
}

/** A journey that asks at once how it was, by mail. */
export function askingJourney({ class: messageClass, subject, text, next = [] }: Asking): string {
  return `
key: ask
title: Ask how it was
class: ${messageClass}
trigger: order.placed
entry: { key: order.id }
steps:
  - { id: ask, kind: ask, settings: { survey: { key: csat-zq, metric: csat, question: { en: How was it? } }, template: hello, channels: [email] } }
${next.map((step) => `  - ${step}\n`).join('')}
templates:
  hello: { en: { subject: '${subject}', mjml: '<mjml><mj-body><mj-section><mj-column><mj-text>${text}</mj-text></mj-column></mj-section></mj-body></mjml>' } }
`;
}
