import { z } from 'zod';
import type { LineSettings } from './smtp-line.js';

/** Mail servers may take minutes after the final dot (RFC 5321, 4.5.3.2.6): a short limit would make doubts of slow successes. */
export const SOCKET_TIMEOUT_MS = 120_000;
const CONNECTION_TIMEOUT_MS = 10_000;
const GREETING_TIMEOUT_MS = 15_000;

const SMTPS_PORT = 465;
const SMTP_PORT = 587;

/** `smtp://user:password@host:port` or `smtps://…`; `?requireTLS=true`, `?ignoreTLS=true` and `?name=<our host>` may follow. */
export const smtpUrl = z.string().refine((text) => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return /^smtps?:$/.test(protocol) && hostname !== '';
}, 'must look like smtp://user:password@host:587 or smtps://user:password@host:465');

/** Where it leads, without the password. */
export function outlineOf(text: string): string {
  const { connection, login } = lineSettings(text);
  return `${connection.host}:${connection.port}${login === null ? '' : ` as ${login.user}`}`;
}

/** A password never crosses a network in the clear: with a login TLS is required unless the server is this machine. */
export function lineSettings(text: string): Omit<LineSettings, 'policy'> {
  const url = new URL(text);
  const user = decodeURIComponent(url.username);
  const secure = url.protocol === 'smtps:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const flag = (name: string): boolean => url.searchParams.get(name) === 'true';
  const name = url.searchParams.get('name');
  return {
    connection: {
      host,
      port: Number(url.port) || (secure ? SMTPS_PORT : SMTP_PORT),
      secure,
      requireTLS: flag('requireTLS') || (user !== '' && !isLoopback(host) && !flag('ignoreTLS')),
      ignoreTLS: flag('ignoreTLS'),
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      greetingTimeout: GREETING_TIMEOUT_MS,
      socketTimeout: SOCKET_TIMEOUT_MS,
      allowInternalNetworkInterfaces: true,
      ...(name && { name }),
    },
    login: user === '' ? null : { user, pass: decodeURIComponent(url.password) },
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
