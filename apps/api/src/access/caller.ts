import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Caller } from '#app/application';
import { AfterglowError } from '#app/domain';
import type { FastifyRequest } from 'fastify';

const callers = new WeakMap<FastifyRequest, Caller>();

/** Called by the guard, once it knows who calls. */
export function setCaller(request: FastifyRequest, caller: Caller): void {
  callers.set(request, caller);
}

/** Who calls, as the guard found out. */
export function callerOf(context: ExecutionContext): Caller {
  const caller = callers.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (caller === undefined)
    throw new AfterglowError('internal', 'A controller asks who calls of a request that no guard has checked.');
  return caller;
}

/** Who calls, with what the key is allowed. */
export const CallerParam = createParamDecorator((_data: unknown, context: ExecutionContext): Caller =>
  callerOf(context),
);

/** The shop that the request's key belongs to. */
export const ShopId = createParamDecorator(
  (_data: unknown, context: ExecutionContext): string => callerOf(context).shopId,
);
