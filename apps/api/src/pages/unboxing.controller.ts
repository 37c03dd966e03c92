import { randomUUID } from 'node:crypto';
import {
  Body,
  Controller,
  Get,
  Header,
  Headers,
  HttpCode,
  Param,
  Post,
  Query,
  Res,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { AnswerUnboxing, UNBOXING_SCALE, type UnboxingShop } from '#app/application';
import { AfterglowError, type ShopFacts } from '#app/domain';
import type { FastifyReply } from 'fastify';
import { type Fields, scoreOf, textOf } from './fields.js';
import { notice } from './layout.js';
import { PageErrorFilter } from './page-errors.js';
import { PageRatesGuard } from './page-rates.guard.js';
import { unboxingPage } from './unboxing-page.js';
import { localeOf, wordsFor } from './words.js';

const INVALID = 422;

/** Codes on slips in parcels. Whoever holds one may answer; opening it records nothing. */
@Controller('q')
@ApiExcludeController()
@UseFilters(PageErrorFilter)
@UseGuards(PageRatesGuard)
export class UnboxingPageController {
  constructor(private readonly unboxing: AnswerUnboxing) {}

  @Get(':code')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('x-robots-tag', 'noindex')
  async show(
    @Param('code') code: string,
    @Query() query: Fields,
    @Headers('accept-language') language?: string,
  ): Promise<string> {
    return this.form(await this.unboxing.open(code), language, { score: scoreOf(query), fields: undefined });
  }

  @Post(':code')
  @HttpCode(200)
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('x-robots-tag', 'noindex')
  async record(
    @Param('code') code: string,
    @Body() fields: Fields,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('accept-language') language?: string,
  ): Promise<string> {
    const shop = await this.unboxing.open(code);
    const score = scoreOf(fields);
    if (score !== null && (await this.accept(code, score, fields))) {
      const { thanks, thanksMore } = wordsFor(pageLocale(shop, language));
      return notice(pageLocale(shop, language), { ...shop, shopName: shop.name }, thanks, thanksMore);
    }
    void reply.code(INVALID);
    const { min, max } = UNBOXING_SCALE;
    const fault = wordsFor(pageLocale(shop, language)).chooseScore(min, max);
    return this.form(shop, language, { score, fields, fault });
  }

  private form(
    shop: UnboxingShop,
    language: string | undefined,
    { score, fields, fault = null }: { score: number | null; fields: Fields; fault?: string | null },
  ): string {
    const [comment, order, email] = ['comment', 'order', 'email'].map((name) => textOf(fields, name) ?? '');
    return unboxingPage({
      shopName: shop.name,
      letterhead: shop.letterhead,
      locale: pageLocale(shop, language),
      submission: randomUUID(),
      score,
      comment: comment ?? '',
      order: order ?? '',
      email: email ?? '',
      fault,
    });
  }

  /** False when the answer isn't one: then the form is shown again. */
  private async accept(code: string, score: number, fields: Fields): Promise<boolean> {
    const [comment, order, email] = ['comment', 'order', 'email'].map((name) => textOf(fields, name));
    const submission = textOf(fields, 'submission') ?? randomUUID();
    try {
      await this.unboxing.run(code, { score, comment, submission, order, email });
      return true;
    } catch (error) {
      if (error instanceof AfterglowError && error.code === 'validation') return false;
      throw error;
    }
  }
}

/** The reader's own language where they say it, else the shop's: nobody knows yet who they are. */
function pageLocale(shop: ShopFacts, language: string | undefined): string {
  return language === undefined ? shop.locale : localeOf(language);
}
