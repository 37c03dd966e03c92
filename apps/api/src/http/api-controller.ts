import { applyDecorators, Controller, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { ActorInterceptor } from '../access/actor.interceptor.js';
import { CallerGuard } from '../access/caller.guard.js';
import { ActsOn, type Resource } from '../access/needs.js';
import { StrictInputInterceptor } from './strict-input.interceptor.js';

/**
 * A controller below /api/v1: behind an API key or a session that is allowed to read or write the resource, refusing input that it doesn't declare.
 * What it changes is audited.
 */
export function ApiController(path: string, tag: string, resource: Resource): ClassDecorator {
  return applyDecorators(
    Controller(`api/v1${path}`),
    ApiTags(tag),
    ApiBearerAuth('key'),
    ApiCookieAuth('session'),
    Refuses(401, 'The API key is missing or not valid, or the session is over.'),
    Refuses(403, 'The key or the member is not allowed this.'),
    Refuses(429, 'The key or the member, or the shop, sends too many requests.'),
    ActsOn(resource),
    UseGuards(CallerGuard),
    UseInterceptors(StrictInputInterceptor, ActorInterceptor),
  );
}

/** An answer of 2xx with its schema; the example also shows in the documentation. */
export function Answers(status: number, schema: z.ZodType, description: string, example?: unknown): MethodDecorator {
  return ApiResponse({ status, description, standardSchema: schema, ...(example === undefined ? {} : { example }) });
}

const PROBLEM = { $ref: '#/components/schemas/Problem' };

/** A refusal as problem+json. */
export function Refuses(status: number, description: string): MethodDecorator & ClassDecorator {
  return ApiResponse({ status, description, content: { 'application/problem+json': { schema: PROBLEM } } });
}
