import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor, SetMetadata } from '@nestjs/common';
import { type Actor, actAs, nameOf } from '#app/application';
import type { FastifyRequest } from 'fastify';
import { Observable } from 'rxjs';
import { callerOf } from './caller.js';
import { operationOf } from './login-request.js';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);
const AUDITED = 'afterglow:audited-read';

/** A route that reads what is noted when it is read. */
export const AuditedRead = (): MethodDecorator => SetMetadata(AUDITED, true);

/** What a request changes is audited as its caller's; and what it reads, where the route says so. */
@Injectable()
export class ActorInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const isAudited = Reflect.getMetadata(AUDITED, context.getHandler()) === true;
    if (READS.has(request.method) && !isAudited) return next.handle();
    const actor: Actor = {
      name: nameOf(callerOf(context)),
      operation: operationOf(request),
      requestId: request.id,
    };
    return new Observable((subscriber) => actAs(actor, () => next.handle().subscribe(subscriber)));
  }
}
