import type { LoginRequest } from '#app/application';
import { clientOf } from '#app/platform';
import type { FastifyRequest } from 'fastify';

export function loginRequestOf(request: FastifyRequest): LoginRequest {
  return { operation: operationOf(request), requestId: request.id, client: clientOf(request.ip) };
}

/** As the audit log names a call: its route, without what was in it. */
export function operationOf(request: FastifyRequest): string {
  return `${request.method} ${request.routeOptions.url ?? ''}`;
}
