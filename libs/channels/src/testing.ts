import type { OutboundMessage } from '#app/application';

let made = 0;

/** A message to a person of the example shop, each with a key of its own. */
export function aMessage(changes: Partial<OutboundMessage> = {}): OutboundMessage {
  made += 1;
  return {
    id: `message-${made}`,
    key: made.toString(16).padStart(64, '0'),
    medium: 'email',
    to: 'ada@mail.example',
    fromName: 'Birch & Bowl',
    subject: 'How is your bowl?',
    text: 'Tell us.',
    html: '<p>Tell us.</p>',
    unsubscribeUrl: 'https://shop.example/u/token',
    ...changes,
  };
}
