import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthenticateKey } from '#app/application';
import { isAllowed, PermanentError, rolesWith } from '#app/domain';
import type { FastifyRequest } from 'fastify';
import { setCaller } from './caller.js';
import { neededBy } from './needs.js';

const BEARER = /^Bearer +(\S+) *$/i;

/** Lets through who sends a valid API key as a bearer token, one that is allowed what the route needs. */
@Injectable()
export class KeyGuard implements CanActivate {
  constructor(private readonly authentication: AuthenticateKey) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = await this.authentication.run(bearerOf(request.headers.authorization));
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
