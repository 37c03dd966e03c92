import { Controller, Get, Param } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { PROBLEM_TYPES } from '../http/problem-types.js';
import { Readiness } from './readiness.js';

@Controller()
export class OperationsController {
  constructor(private readonly readiness: Readiness) {}

  /** The process lives; nothing else is asked. */
  @Get('healthz')
  health(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** 503 while something required is missing or the process is stopping. */
  @Get('readyz')
  async ready(): Promise<{ status: 'ready'; checks: Record<string, string> }> {
    return { status: 'ready', checks: await this.readiness.report() };
  }

  /** What `type` of a problem points to. */
  @Get('problems/:code')
  problem(@Param('code') code: string): object {
    const type = Object.entries(PROBLEM_TYPES).find(([known]) => known === code)?.[1];
    if (type === undefined) throw new PermanentError('not_found', 'There is no such problem type.');
    return { code, ...type };
  }
}
