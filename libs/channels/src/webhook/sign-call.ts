import { createHmac } from 'node:crypto';
import type { OutboundCall } from '#app/application';

const PREFIX = 'whsec_';
const SECOND_MS = 1_000;

/** The headers of https://www.standardwebhooks.com: one signature for each secret. */
export function signCall({ id, body, secrets, at }: OutboundCall): Record<string, string> {
  const timestamp = String(Math.floor(at / SECOND_MS));
  const signed = `${id}.${timestamp}.${body}`;
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, 'base64');
    return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
