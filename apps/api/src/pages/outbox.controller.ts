import { Controller, Get, Header, Param, Query, UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { ReadOutbox } from '#app/application';
import { idParam, outboxQuery } from '#app/contracts';
import type { z } from 'zod';
import { ActorInterceptor, AuditedRead } from '../access/actor.interceptor.js';
import { BrowserGuard } from '../access/browser.guard.js';
import { ShopId } from '../access/caller.js';
import { Needs } from '../access/needs.js';
import { answerPage, pageRequestOf } from '../http/cursor.js';
import { BrowserErrorFilter } from './browser-errors.js';
import { letterPage, outboxPage } from './outbox-page.js';

/** The outbox for people: what went out or was captured, as its reader would see it. */
@Controller('outbox')
@ApiExcludeController()
@UseFilters(BrowserErrorFilter)
@UseGuards(BrowserGuard)
@UseInterceptors(ActorInterceptor)
export class OutboxPageController {
  constructor(private readonly outbox: ReadOutbox) {}

  @Get()
  @Needs('messages:read')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-store')
  async list(
    @ShopId() shopId: string,
    @Query({ schema: outboxQuery }) { cursor, limit, ...filter }: z.output<typeof outboxQuery>,
  ): Promise<string> {
    const found = await this.outbox.list(shopId, filter, pageRequestOf({ cursor, limit }));
    return outboxPage({ filter, ...answerPage(found, (item) => item) });
  }

  @Get(':id')
  @Needs('messages:read')
  @AuditedRead()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-store')
  async show(@ShopId() shopId: string, @Param('id', { schema: idParam }) id: string): Promise<string> {
    return letterPage(await this.outbox.open(shopId, id));
  }
}
