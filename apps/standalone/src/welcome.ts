import { toIso } from '#app/domain';
import type { StartedProcess } from '#app/runtime';

/** What the terminal shows once everything runs. */
export function welcome(started: StartedProcess, databaseDirectory: string | null): string {
  const { url, ownerKey, config } = started;
  const key = ownerKey ?? '<your key>';
  const lines = [
    '',
    `Afterglow runs at ${url}`,
    '',
    `  API docs      ${url}/docs`,
    `  Queue board   ${url}/queues   (any user name, your key as the password)`,
    `  Outbox        ${url}/outbox   (the same way; what was captured or sent, as its reader sees it)`,
    `  Database      ${databaseDirectory ?? 'the server of DATABASE_URL'}`,
    `  Messages      ${waysOut(config)}`,
    ...(config.clock.mode === 'virtual'
      ? [`  Clock         virtual: it stands still until POST ${url}/api/v1/clock/advance`]
      : []),
  ];
  if (ownerKey !== null) lines.push('', `Your key (shown this once): ${ownerKey}`);
  lines.push('', 'Make the first journey run:', '', ...firstJourney(started, key), '', 'Ctrl-C stops it.', '');
  return lines.join('\n');
}

/** One line that installs the thank-you journey and places an order, and one that shows the message. */
function firstJourney({ url, now }: StartedProcess, key: string): string[] {
  const order = JSON.stringify({
    id: 'first-order',
    type: 'order.placed',
    occurredAt: toIso(now),
    customer: { email: 'ada@example.com' },
    order: { externalId: '1001' },
    data: { name: '#1001', total: { amount: '49.90', currency: 'EUR' }, profile: { firstName: 'Ada' } },
  });
  const headers = `-H 'Authorization: Bearer ${key}' -H 'Content-Type: application/json'`;
  return [
    `  curl -s ${headers} -d '{"publish":true}' ${url}/api/v1/presets/order-thank-you/install && curl -s ${headers} -d '${order}' ${url}/api/v1/events`,
    '',
    `and look at the message it captured at ${url}/outbox, or`,
    '',
    `  curl -s -H 'Authorization: Bearer ${key}' ${url}/api/v1/outbox`,
  ];
}

/** Of each medium, whether its messages leave. */
function waysOut({ mail, twilio }: StartedProcess['config']): string {
  const ways: readonly (readonly [name: string, isOpen: boolean])[] = [
    ['e-mail', mail !== undefined],
    ['SMS', twilio?.from !== undefined],
    ['WhatsApp', twilio?.whatsappFrom !== undefined],
  ];
  return ways.map(([name, isOpen]) => `${name} ${isOpen ? 'is sent' : 'is captured, not sent'}`).join('; ');
}
