import { Body, Controller, Get, Header, HttpCode, Param, Post, Req, UseFilters, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { ChoosePreferences } from '#app/application';
import type { FastifyRequest } from 'fastify';
import { type Fields, textOf, textsOf } from './fields.js';
import { PageErrorFilter } from './page-errors.js';
import { PageRatesGuard } from './page-rates.guard.js';
import { preferencesPage, shownWords } from './preferences-page.js';
import { witnessOf } from './witness-of.js';

/** The page on which people choose which messages they get. Opening it changes nothing; it needs neither cookie nor script. */
@Controller('p')
@ApiExcludeController()
@UseFilters(PageErrorFilter)
@UseGuards(PageRatesGuard)
export class PreferencesController {
  constructor(private readonly preferences: ChoosePreferences) {}

  @Get(':token')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('x-robots-tag', 'noindex')
  async show(@Param('token') token: string): Promise<string> {
    return preferencesPage(await this.preferences.open(token), null);
  }

  @Post(':token')
  @HttpCode(200)
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('x-robots-tag', 'noindex')
  async choose(@Param('token') token: string, @Body() fields: Fields, @Req() request: FastifyRequest): Promise<string> {
    const page = await this.preferences.open(token);
    const act = textOf(fields, 'act');
    // a form that says neither is none of ours: nothing may follow from an empty body
    if (act !== 'save' && act !== 'stop') return preferencesPage(page, null);
    const witness = witnessOf(request, page.locale, shownWords(page));
    if (act === 'stop') return preferencesPage(await this.preferences.stop(token, witness), 'stopped');
    const boxes = { ticked: new Set(textsOf(fields, 'on')), shown: new Set(textsOf(fields, 'shown')) };
    return preferencesPage(await this.preferences.save(token, boxes, witness), 'saved');
  }
}
