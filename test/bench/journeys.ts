import type { AfterglowClient } from '../support/afterglow-client.js';

/** One of the shop's own, with these steps; `word` is its template. */
export const journeyOf = (steps: string): string => `
key: part
title: A part of what a journey does
class: service
trigger: order.placed
entry: { key: order.id, reentry: never }
steps: [${steps}]
templates:
  word: { en: { subject: 'About {{ order.name }}', preheader: 'A word', mjml: '<mj-text><p>Thank you for {{ order.name }}</p></mj-text>' } }
`;

export async function publishJourney(client: AfterglowClient, yaml: string): Promise<void> {
  const saved = await client.call('POST', '/api/v1/journeys', yaml, { 'content-type': 'application/yaml' });
  if (saved.status !== 201) throw new Error(`The journey was answered ${saved.status}: ${saved.text}`);
  await client.post('/api/v1/journeys/part/publish');
}
