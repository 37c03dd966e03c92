import { Controller, Get, Header, HttpCode, Param, Post, UseFilters, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Unsubscribe } from '#app/application';
import { PageErrorFilter } from './page-errors.js';
import { PageRatesGuard } from './page-rates.guard.js';
import { unsubscribedPage, unsubscribePage } from './unsubscribe-page.js';

/**
 * Unsubscribe links (RFC 8058). Opening one asks; a POST unsubscribes at once, whatever its body: mail programs send
 * `List-Unsubscribe=One-Click` without cookies and follow no redirect, the page's own button sends nothing.
 */
@Controller('u')
@ApiExcludeController()
@UseFilters(PageErrorFilter)
@UseGuards(PageRatesGuard)
export class UnsubscribeController {
  constructor(private readonly links: Unsubscribe) {}

  @Get(':token')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('x-robots-tag', 'noindex')
  async ask(@Param('token') token: string): Promise<string> {
    return unsubscribePage(await this.links.open(token));
  }

  @Post(':token')
  @HttpCode(200)
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('x-robots-tag', 'noindex')
  async unsubscribe(@Param('token') token: string): Promise<string> {
    return unsubscribedPage(await this.links.run(token));
  }
}
