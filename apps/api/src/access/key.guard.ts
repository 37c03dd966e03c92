import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthenticateKey } from '#app/application';
import { PermanentError } from '#app/domain';
import type { FastifyRequest } from 'fastify';
import { setCaller } from './caller.js';

const BEARER = /^Bearer +(\S+) *$/i;

/** Lets through who sends a valid API key as a bearer token. */
@Injectable()
export class KeyGuard implements CanActivate {
  constructor(private readonly authentication: AuthenticateKey) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    setCaller(request, await this.authentication.run(bearerOf(request.headers.authorization)));
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
