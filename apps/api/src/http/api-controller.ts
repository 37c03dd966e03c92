import { applyDecorators, Controller, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiBearerAuth, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { KeyGuard } from '../access/key.guard.js';
import { StrictInputInterceptor } from './strict-input.interceptor.js';

/** A controller below /api/v1: behind an API key, refusing input that it doesn't declare. */
export function ApiController(path: string, tag: string): ClassDecorator {
  return applyDecorators(
    Controller(`api/v1${path}`),
    ApiTags(tag),
    ApiBearerAuth('key'),
    Refuses(401, 'The API key is missing or not valid.'),
    UseGuards(KeyGuard),
    UseInterceptors(StrictInputInterceptor),
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
