import { Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { CallSecret, type CallView, ReadCalls, type RotatedCallSecret } from '#app/application';
import { callList, callQuery, callSecret, rotatedCallSecret } from '#app/contracts';
import { type Instant, toIso } from '#app/domain';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Needs } from '../access/needs.js';
import { Answers, ApiController } from '../http/api-controller.js';
import { answerPage, pageRequestOf } from '../http/cursor.js';
import { OnceByKey } from '../http/once.interceptor.js';

@ApiController('/webhooks', 'Webhooks', 'webhooks')
export class WebhooksController {
  constructor(
    private readonly calls: ReadCalls,
    private readonly secret: CallSecret,
  ) {}

  @Get('calls')
  @ApiOperation({ summary: 'Webhooks that journeys called, in the order in which they were planned' })
  @Answers(200, callList, 'A page of calls.')
  async list(
    @ShopId() shopId: string,
    @Query({ schema: callQuery }) { cursor, limit, ...filter }: z.output<typeof callQuery>,
  ): Promise<z.input<typeof callList>> {
    return answerPage(await this.calls.list(shopId, filter, pageRequestOf({ cursor, limit })), viewOf);
  }

  @Get('secret')
  @Needs('webhooks:write')
  @ApiOperation({ summary: 'What calls are signed with, for those who receive them' })
  @Answers(200, callSecret, 'The secret in force.')
  async read(@ShopId() shopId: string): Promise<z.input<typeof callSecret>> {
    return { secret: await this.secret.read(shopId) };
  }

  @Post('secret/rotate')
  @OnceByKey()
  @HttpCode(200)
  @ApiOperation({ summary: 'Sign with a new secret; the old one signs beside it for 24 hours' })
  @Answers(200, rotatedCallSecret, 'The new secret is in force.')
  rotate(@ShopId() shopId: string): Promise<RotatedCallSecret> {
    return this.secret.rotate(shopId);
  }
}

function viewOf({ dueAt, nextAt, sentAt, ...call }: CallView): z.input<typeof callList>['items'][number] {
  const iso = (at: Instant | null): string | null => (at === null ? null : toIso(at));
  return { ...call, dueAt: toIso(dueAt), nextAt: iso(nextAt), sentAt: iso(sentAt) };
}
