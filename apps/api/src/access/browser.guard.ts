import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthenticateKey, AuthenticateSession, RateLimits } from '#app/application';
import { AfterglowError } from '#app/domain';
import { clientOf } from '#app/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerInBrowser, CHALLENGE } from './browser-login.js';
import { setCaller } from './caller.js';
import { neededBy } from './needs.js';
import { SessionCookie } from './session-cookie.js';

/** Pages for the team, opened in a browser: behind a session, or an API key as the password of HTTP Basic. */
@Injectable()
export class BrowserGuard implements CanActivate {
  constructor(
    private readonly keys: AuthenticateKey,
    private readonly sessions: AuthenticateSession,
    private readonly cookie: SessionCookie,
    private readonly rates: RateLimits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    try {
      const { keys, sessions, cookie } = this;
      const caller = await callerInBrowser({ keys, sessions, cookie }, request, neededBy(context));
      this.rates.take('key', caller.id);
      this.rates.take('shop', caller.shopId);
      setCaller(request, caller);
      return true;
    } catch (error) {
      if (error instanceof AfterglowError && error.code === 'unauthenticated') {
        void context.switchToHttp().getResponse<FastifyReply>().header('www-authenticate', CHALLENGE);
        const client = clientOf(request.ip);
        if (client !== undefined) this.rates.take('guess', client);
      }
      throw error;
    }
  }
}
