import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { RateLimits } from '#app/application';
import { clientOf } from '#app/platform';
import type { FastifyRequest } from 'fastify';

interface PageRoute {
  Params: { token?: string; code?: string };
}

/**
 * Public pages need no key, so what is counted is where a request comes from and which link it uses. Never the address alone for
 * what a mail program does on a reader's behalf: many readers' requests come from the few addresses of one mail provider.
 */
@Injectable()
export class PageRatesGuard implements CanActivate {
  constructor(private readonly rates: RateLimits) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest<PageRoute>>();
    const { token, code } = request.params;
    if (token !== undefined) this.rates.take('link', token);
    if (code !== undefined) this.rates.take('code', code);
    const client = clientOf(request.ip);
    if (client !== undefined && !isOneClick(request)) this.rates.take('page', client);
    return true;
  }
}

/** RFC 8058: sent by the mail provider, for thousands of readers from one address. Its link alone is counted. */
function isOneClick({ method, url }: FastifyRequest<PageRoute>): boolean {
  return method === 'POST' && url.startsWith('/u/');
}
