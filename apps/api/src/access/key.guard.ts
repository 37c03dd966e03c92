import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthenticateKey, type Caller, RateLimits } from '#app/application';
import { AfterglowError, isAllowed, PermanentError, rolesWith } from '#app/domain';
import { clientOf } from '#app/platform';
import type { FastifyRequest } from 'fastify';
import { setCaller } from './caller.js';
import { neededBy } from './needs.js';
import { costOf } from './request-cost.js';

const BEARER = /^Bearer +(\S+) *$/i;

/** Lets through who sends a valid API key as a bearer token, one that is allowed what the route needs. */
@Injectable()
export class KeyGuard implements CanActivate {
  constructor(
    private readonly authentication: AuthenticateKey,
    private readonly rates: RateLimits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = await this.authenticate(request);
    this.rates.take('key', caller.keyId, costOf(request));
    this.rates.take('shop', caller.shopId, costOf(request));
    const permission = neededBy(context);
    if (!isAllowed(caller, permission)) {
      const roles = rolesWith(permission).join(', ');
      throw new PermanentError(
        'forbidden',
        `This needs the permission ${permission}, which your key does not have. Use a key of one of these roles, not narrowed by scopes: ${roles}.`,
      );
    }
    setCaller(request, caller);
    return true;
  }

  /** Who guesses keys is told to slow down; a valid key is let through from the same address. */
  private async authenticate(request: FastifyRequest): Promise<Caller> {
    try {
      return await this.authentication.run(bearerOf(request.headers.authorization));
    } catch (error) {
      const client = clientOf(request.ip);
      const isGuess = error instanceof AfterglowError && error.code === 'unauthenticated';
      if (isGuess && client !== undefined) this.rates.take('guess', client);
      throw error;
    }
  }
}

function bearerOf(header: string | undefined): string {
  if (header === undefined) throw refuse('No API key was sent. Send the header "Authorization: Bearer <key>".');
  const key = BEARER.exec(header)?.[1];
  if (key === undefined) throw refuse('The Authorization header is not "Bearer <key>". Send it in that form.');
  return key;
}

function refuse(message: string): PermanentError {
  return new PermanentError('unauthenticated', message);
}
