import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { AnswerOnce, nameOf } from '#app/application';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { firstValueFrom, from, type Observable } from 'rxjs';
import { callerOf } from '../access/caller.js';
import { Refuses } from './api-controller.js';

const HEADER = 'idempotency-key';

/** A call with the header Idempotency-Key is carried out once; whoever sends it again gets the same answer. */
@Injectable()
export class OnceInterceptor implements NestInterceptor {
  constructor(private readonly once: AnswerOnce) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const key = request.headers[HEADER];
    if (key === undefined) return next.handle();
    const caller = callerOf(context);
    const call = { key: String(key), caller: nameOf(caller), request: textOf(request) };
    const answered = this.once.run(caller.shopId, call, async () => {
      const body: unknown = await firstValueFrom(next.handle(), { defaultValue: undefined });
      return { status: reply.statusCode, body };
    });
    return from(
      answered.then(({ status, body, isRepeated }) => {
        reply.code(status);
        if (isRepeated) reply.header('idempotency-replayed', 'true');
        return body;
      }),
    );
  }
}

/**
 * For calls of which a second one would do something else than the first: make another thing, or be refused because it is done. Other
 * calls may be sent again as they are.
 */
export function OnceByKey(): MethodDecorator {
  return applyDecorators(
    UseInterceptors(OnceInterceptor),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'A text of your own for this one call, such as a random UUID. Sent again with the same key within two days, the call is not carried out again but answered as the first time, with `Idempotency-Replayed: true`.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    }),
    Refuses(400, 'The Idempotency-Key is empty, too long, or not of visible ASCII characters.'),
  );
}

/** The same for the same call. */
function textOf({ method, url, body }: FastifyRequest): string {
  return `${method} ${url}\n${JSON.stringify(body ?? null)}`;
}
