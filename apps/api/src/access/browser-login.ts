import type { AuthenticateKey, AuthenticateSession, Caller } from '#app/application';
import { AfterglowError, isAllowed, type Permission, PermanentError } from '#app/domain';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SessionCookie } from './session-cookie.js';

const BASIC = /^Basic +([\w+/=]+) *$/i;
const BEARER = /^Bearer +(\S+) *$/i;
const UNAUTHORIZED = 401;

/** Makes a browser ask for a name and a password. */
export const CHALLENGE = 'Basic realm="Afterglow: any user, the API key as password", charset="UTF-8"';

export interface BrowserLogins {
  readonly keys: AuthenticateKey;
  readonly sessions: AuthenticateSession;
  readonly cookie: SessionCookie;
}

/**
 * For what people open in a browser: who is signed in sees it; or the key is the password of HTTP Basic, the user name is of no
 * matter. Bearer works as well.
 * @throws PermanentError `unauthenticated`, or `forbidden` without the permission
 */
export async function callerInBrowser(
  { keys, sessions, cookie }: BrowserLogins,
  request: FastifyRequest,
  permission: Permission,
): Promise<Caller> {
  const { authorization } = request.headers;
  const token = cookie.read(request);
  // pages only show: a cookie may do no more than read
  const isSession = authorization === undefined && token !== undefined && request.method === 'GET';
  const caller = await (isSession ? sessions.run(token) : keys.run(keyOf(authorization ?? '')));
  if (!isAllowed(caller, permission))
    throw new PermanentError('forbidden', `You may not look at this page. It takes the permission ${permission}.`);
  return caller;
}

export function boardLogin(logins: BrowserLogins) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    try {
      await callerInBrowser(logins, request, 'ops:read');
    } catch (error) {
      if (!(error instanceof AfterglowError) || error.code !== 'unauthenticated') throw error;
      await reply
        .code(UNAUTHORIZED)
        .header('www-authenticate', CHALLENGE)
        .type('text/plain; charset=utf-8')
        .send('Sign in with any user name and an API key as the password.\n');
    }
  };
}

function keyOf(header: string): string {
  const encoded = BASIC.exec(header)?.[1];
  if (encoded === undefined) return BEARER.exec(header)?.[1] ?? '';
  const credentials = Buffer.from(encoded, 'base64').toString('utf8');
  return credentials.slice(credentials.indexOf(':') + 1);
}
