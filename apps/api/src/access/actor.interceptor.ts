import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { type Actor, actAs, nameOf } from '#app/application';
import type { FastifyRequest } from 'fastify';
import { Observable } from 'rxjs';
import { callerOf } from './caller.js';
import { operationOf } from './login-request.js';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What a request changes is audited as its caller's. */
@Injectable()
export class ActorInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (READS.has(request.method)) return next.handle();
    const actor: Actor = {
      name: nameOf(callerOf(context)),
      operation: operationOf(request),
      requestId: request.id,
    };
    return new Observable((subscriber) => actAs(actor, () => next.handle().subscribe(subscriber)));
  }
}
