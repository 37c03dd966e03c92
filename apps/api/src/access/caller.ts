import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Caller, SessionCaller } from '#app/application';
import { AfterglowError, PermanentError } from '#app/domain';
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

/** Who calls, with what they are allowed. */
export const CallerParam = createParamDecorator((_data: unknown, context: ExecutionContext): Caller =>
  callerOf(context),
);

/** Who is signed in; refused with `conflict` for a key, which has no session. */
export const SessionParam = createParamDecorator((_data: unknown, context: ExecutionContext): SessionCaller => {
  const caller = callerOf(context);
  if (!isSignedIn(caller))
    throw new PermanentError('conflict', 'This is about a session, and a key has none. Sign in.');
  return caller;
});

function isSignedIn(caller: Caller): caller is SessionCaller {
  return caller.kind === 'member';
}

/** The shop that the caller belongs to. */
export const ShopId = createParamDecorator(
  (_data: unknown, context: ExecutionContext): string => callerOf(context).shopId,
);
