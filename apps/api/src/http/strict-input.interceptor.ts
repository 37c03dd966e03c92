import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { type Fault, PermanentError } from '#app/domain';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';

/** Refuses query parameters and bodies at routes that declare none: a typing error must not be taken for silence. */
@Injectable()
export class StrictInputInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { query, body } = context.switchToHttp().getRequest<FastifyRequest>();
    const faults: Fault[] = [];
    if (!declares(context, RouteParamtypes.QUERY)) faults.push(...strangersIn(query, 'parameter'));
    if (!declares(context, RouteParamtypes.BODY)) faults.push(...strangersIn(body, 'field'));
    if (faults.length > 0)
      throw new PermanentError('validation', 'This call does not take what was sent. Leave out what `errors` names.', {
        faults,
      });
    return next.handle();
  }
}

function declares(context: ExecutionContext, kind: RouteParamtypes): boolean {
  const parameters = Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), context.getHandler().name) as
    | object
    | undefined;
  return Object.keys(parameters ?? {}).some((key) => key.startsWith(`${kind}:`));
}

function strangersIn(input: unknown, word: string): Fault[] {
  if (typeof input !== 'object' || input === null) return [];
  return Object.keys(input).map((key) => ({
    pointer: `/${key}`,
    code: 'unrecognized_keys',
    message: `is not a ${word} of this call`,
  }));
}
