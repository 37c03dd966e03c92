import type { AuthenticateKey, AuthenticateSession, Caller } from '#app/application';
import { AfterglowError, isAllowed, PermanentError } from '#app/domain';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SessionCookie } from './session-cookie.js';

const BASIC = /^Basic +([\w+/=]+) *$/i;
const BEARER = /^Bearer +(\S+) *$/i;
const UNAUTHORIZED = 401;

export interface BoardLogins {
  readonly keys: AuthenticateKey;
  readonly sessions: AuthenticateSession;
  readonly cookie: SessionCookie;
}

/**
 * For what people open in a browser: who is signed in sees it; or the key is the password of HTTP Basic, the user name is of no
 * matter. Bearer works as well.
 */
export function boardLogin({ keys, sessions, cookie }: BoardLogins) {
  const callerOf = (request: FastifyRequest): Promise<Caller> => {
    const { authorization } = request.headers;
    const token = cookie.read(request);
    // the board only shows: a cookie may do no more than read
    if (authorization === undefined && token !== undefined && request.method === 'GET') return sessions.run(token);
    return keys.run(keyOf(authorization ?? ''));
  };
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    try {
      const caller = await callerOf(request);
      if (!isAllowed(caller, 'ops:read'))
        throw new PermanentError('forbidden', 'You may not look at the queues. It takes the permission ops:read.');
    } catch (error) {
      if (!(error instanceof AfterglowError) || error.code !== 'unauthenticated') throw error;
      await reply
        .code(UNAUTHORIZED)
        .header('www-authenticate', 'Basic realm="Afterglow: any user, the API key as password", charset="UTF-8"')
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
