import type { AuthenticateKey } from '#app/application';
import { AfterglowError, isAllowed, PermanentError } from '#app/domain';
import type { FastifyReply, FastifyRequest } from 'fastify';

const BASIC = /^Basic +([\w+/=]+) *$/i;
const BEARER = /^Bearer +(\S+) *$/i;
const UNAUTHORIZED = 401;

/** For what people open in a browser: the key is the password of HTTP Basic, the user name is of no matter. Bearer works as well. */
export function boardLogin(authentication: AuthenticateKey) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    try {
      const caller = await authentication.run(keyOf(request.headers.authorization ?? ''));
      if (!isAllowed(caller, 'ops:read'))
        throw new PermanentError(
          'forbidden',
          'This key may not look at the queues. Use one with the permission ops:read.',
        );
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
