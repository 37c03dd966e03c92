import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { AfterglowError } from '#app/domain';
import type { FastifyReply } from 'fastify';
import { notice } from './layout.js';

const UNAVAILABLE = 503;
const STATUS: Readonly<Record<string, readonly [status: number, title: string]>> = {
  unauthenticated: [401, 'Sign in'],
  forbidden: [403, 'Not for you'],
  not_found: [404, 'Not there'],
  validation: [422, 'This address is not right'],
  rate_limited: [429, 'Too many requests'],
};

/** Pages for the team say what the API would say, in words alone. */
@Catch()
export class BrowserErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Pages');

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const isOurs = error instanceof AfterglowError;
    const known = isOurs ? STATUS[error.code] : undefined;
    if (!isOurs || error.code === 'internal') this.logger.error(error);
    const [status, title] = known ?? [UNAVAILABLE, 'Not now'];
    const text = known !== undefined && isOurs ? error.message : 'Try again in a moment.';
    const retryAfterS = isOurs ? error.retryAfterS : undefined;
    if (retryAfterS !== undefined) void reply.header('retry-after', String(Math.ceil(retryAfterS)));
    void reply
      .code(status)
      .type('text/html; charset=utf-8')
      .send(notice('en', null, title, text));
  }
}
