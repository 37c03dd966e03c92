import { eventually } from '../e2e/installation.js';
import type { AfterglowClient } from '../support/afterglow-client.js';

/** Two messages for each order, on two media, with a wait between them. */
const journeyWith = (pause: string): string => `
key: two-words
title: A mail at once, a text message a little later
class: service
trigger: order.placed
entry: { key: order.id, reentry: never }
steps:
  - { id: mail, kind: send, settings: { template: word, channels: [email] } }
  - { id: pause, kind: wait, settings: { for: ${pause} } }
  - { id: text, kind: send, settings: { template: word, channels: [sms] } }
templates:
  word:
    en:
      subject: 'Thank you for {{ order.name }}'
      preheader: 'It is on its way'
      mjml: '<mj-text><p>Thank you for {{ order.name }}</p></mj-text>'
      sms: 'Thank you for {{ order.name }}'
`;

/** A version of it for whoever enters from now on. */
export async function publishJourney(client: AfterglowClient, pause: string, limitMs: number): Promise<void> {
  const type = { 'content-type': 'application/yaml' };
  const saved = await eventually(async () => {
    const reply = await client.call('POST', '/api/v1/journeys', journeyWith(pause), type);
    // a machine that has more to do
    return reply.status === 503 ? null : reply;
  }, limitMs);
  if (saved.status >= 300) throw new Error(`The journey was answered ${saved.status}: ${saved.text}`);
  // one that was slow to be saved may have been saved twice
  await eventually(() => client.post('/api/v1/journeys/two-words/publish').then(() => true), limitMs);
}
