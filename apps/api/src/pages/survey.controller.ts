import { randomUUID } from 'node:crypto';
import {
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  Param,
  Post,
  Query,
  Res,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { AnswerSurveyLink, OpenSurveyLink, type SurveyPage } from '#app/application';
import { AfterglowError } from '#app/domain';
import type { FastifyReply } from 'fastify';
import { type Fields, scoreOf, textOf } from './fields.js';
import { PageErrorFilter } from './page-errors.js';
import { PageRatesGuard } from './page-rates.guard.js';
import { surveyPage, thanksPage } from './survey-page.js';
import { wordsFor } from './words.js';

const INVALID = 422;

/** Survey links. Opening one shows the question and records nothing; sending the form records. */
@Controller('s')
@ApiExcludeController()
@UseFilters(PageErrorFilter)
@UseGuards(PageRatesGuard)
export class SurveyController {
  constructor(
    private readonly surveys: OpenSurveyLink,
    private readonly answers: AnswerSurveyLink,
  ) {}

  @Get(':token')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('x-robots-tag', 'noindex')
  async show(@Param('token') token: string, @Query() query: Fields): Promise<string> {
    const survey = await this.surveys.run(token);
    const score = scoreOf(query) ?? survey.answer?.score ?? null;
    return surveyPage({ survey, submission: randomUUID(), score, comment: survey.answer?.comment ?? '', fault: null });
  }

  @Post(':token')
  @HttpCode(200)
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('x-robots-tag', 'noindex')
  async record(
    @Param('token') token: string,
    @Body() fields: Fields,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const survey = await this.surveys.run(token);
    const score = scoreOf(fields);
    const comment = textOf(fields, 'comment') ?? '';
    if (score === null || !(await this.accept(token, score, comment, textOf(fields, 'submission')))) {
      void reply.code(INVALID);
      return formWithFault(survey, score, comment);
    }
    return thanksPage(survey);
  }

  /** False when the answer isn't one: then the form is shown again. */
  private async accept(
    token: string,
    score: number,
    comment: string,
    submission: string | undefined,
  ): Promise<boolean> {
    try {
      await this.answers.run(token, { score, comment, submission: submission ?? randomUUID() });
      return true;
    } catch (error) {
      if (error instanceof AfterglowError && error.code === 'validation') return false;
      throw error;
    }
  }
}

function formWithFault(survey: SurveyPage, score: number | null, comment: string): string {
  const { min, max } = survey.scale;
  return surveyPage({
    survey,
    submission: randomUUID(),
    score,
    comment,
    fault: wordsFor(survey.locale).chooseScore(min, max),
  });
}
