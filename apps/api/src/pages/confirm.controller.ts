import { Controller, Get, Header, HttpCode, Param, Post, Req, UseFilters, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { ConfirmConsent } from '#app/application';
import type { FastifyRequest } from 'fastify';
import { confirmPage, questionOf } from './confirm-page.js';
import { PageErrorFilter } from './page-errors.js';
import { PageRatesGuard } from './page-rates.guard.js';
import { witnessOf } from './witness-of.js';
import { wordsFor } from './words.js';

/** Links in mails that ask somebody to confirm that they want messages. */
@Controller('c')
@ApiExcludeController()
@UseFilters(PageErrorFilter)
@UseGuards(PageRatesGuard)
export class ConfirmController {
  constructor(private readonly consents: ConfirmConsent) {}

  @Get(':token')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('x-robots-tag', 'noindex')
  async ask(@Param('token') token: string): Promise<string> {
    return confirmPage(await this.consents.open(token));
  }

  @Post(':token')
  @HttpCode(200)
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('x-robots-tag', 'noindex')
  async confirm(@Param('token') token: string, @Req() request: FastifyRequest): Promise<string> {
    const page = await this.consents.open(token);
    const { confirm: words } = wordsFor(page.locale);
    const witness = witnessOf(request, page.locale, { confirm: `${questionOf(page)} ${words.confirm}` });
    return confirmPage(await this.consents.run(token, witness));
  }
}
