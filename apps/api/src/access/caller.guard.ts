import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthenticateKey, AuthenticateSession, type Caller, isCsrfTokenOf, RateLimits } from '#app/application';
import { AfterglowError, isAllowed, PermanentError, rolesWith } from '#app/domain';
import { clientOf } from '#app/platform';
import type { FastifyRequest } from 'fastify';
import { setCaller } from './caller.js';
import { neededBy } from './needs.js';
import { costOf } from './request-cost.js';
import { SessionCookie } from './session-cookie.js';

const BEARER = /^Bearer +(\S+) *$/i;
const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Lets through who sends a valid API key as a bearer token, or is signed in, and is allowed what the route needs. A key goes before
 * a cookie: a browser adds it to no call by itself.
 */
@Injectable()
export class CallerGuard implements CanActivate {
  constructor(
    private readonly keys: AuthenticateKey,
    private readonly sessions: AuthenticateSession,
    private readonly cookie: SessionCookie,
    private readonly rates: RateLimits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = await this.authenticate(request);
    this.rates.take('key', caller.id, costOf(request));
    this.rates.take('shop', caller.shopId, costOf(request));
    const permission = neededBy(context);
    if (!isAllowed(caller, permission)) {
      const roles = rolesWith(permission).join(', ');
      throw new PermanentError(
        'forbidden',
        `This needs the permission ${permission}, which ${caller.kind === 'key' ? 'your key does' : 'you do'} not have. It takes one of these roles, not narrowed by scopes: ${roles}.`,
      );
    }
    setCaller(request, caller);
    return true;
  }

  /** Who guesses is told to slow down; a valid key or session is let through from the same address. */
  private async authenticate(request: FastifyRequest): Promise<Caller> {
    const { authorization } = request.headers;
    const token = this.cookie.read(request);
    try {
      if (authorization !== undefined || token === undefined) return await this.keys.run(bearerOf(authorization));
      return await this.authenticateSession(request, token);
    } catch (error) {
      const client = clientOf(request.ip);
      const isGuess = error instanceof AfterglowError && error.code === 'unauthenticated';
      if (isGuess && client !== undefined) this.rates.take('guess', client);
      throw error;
    }
  }

  private async authenticateSession(request: FastifyRequest, token: string): Promise<Caller> {
    const caller = await this.sessions.run(token);
    if (READS.has(request.method)) return caller;
    this.cookie.refuseForeign(request);
    const given = request.headers['x-csrf-token'];
    if (typeof given !== 'string' || !isCsrfTokenOf(token, given))
      throw new PermanentError(
        'forbidden',
        'The header X-CSRF-Token is missing or of another session. GET /api/v1/session tells the one of yours.',
      );
    return caller;
  }
}

function bearerOf(header: string | undefined): string {
  if (header === undefined)
    throw refuse('No API key was sent. Send the header "Authorization: Bearer <key>", or sign in.');
  const key = BEARER.exec(header)?.[1];
  if (key === undefined) throw refuse('The Authorization header is not "Bearer <key>". Send it in that form.');
  return key;
}

function refuse(message: string): PermanentError {
  return new PermanentError('unauthenticated', message);
}
