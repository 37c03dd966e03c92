import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { AfterglowError } from '#app/domain';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { notice } from './layout.js';
import { localeOf, wordsFor } from './words.js';

const NOT_FOUND = 404;
const GONE = 410;
const TOO_MANY = 429;
const UNAVAILABLE = 503;

/** People who follow a link from a message get a sentence, not problem+json. */
@Catch()
export class PageErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Pages');

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const code = error instanceof AfterglowError ? error.code : 'internal';
    if (code === 'internal') this.logger.error(error);
    const locale = localeOf(request.headers['accept-language']);
    const { status, title, text } = sentenceFor(code, locale);
    const retryAfterS = error instanceof AfterglowError ? error.retryAfterS : undefined;
    if (status === UNAVAILABLE || status === TOO_MANY)
      reply.header('retry-after', String(Math.ceil(retryAfterS ?? 60)));
    void reply
      .code(status)
      .type('text/html; charset=utf-8')
      .header('x-robots-tag', 'noindex')
      .send(notice(locale, null, title, text));
  }
}

function sentenceFor(code: string, locale: string): { status: number; title: string; text: string } {
  const words = wordsFor(locale);
  if (code === 'not_found') return { status: NOT_FOUND, title: words.linkUnknown, text: words.linkUnknownMore };
  if (code === 'gone') return { status: GONE, title: words.linkGone, text: words.linkGoneMore };
  if (code === 'rate_limited') return { status: TOO_MANY, title: words.later, text: words.laterMore };
  return { status: UNAVAILABLE, title: words.later, text: words.laterMore };
}
