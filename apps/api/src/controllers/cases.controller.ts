import { Body, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { type CaseFile, ManageCases } from '#app/application';
import { caseClosing, caseDocument, caseList, caseQuery, idParam } from '#app/contracts';
import { toIso } from '#app/domain';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';
import { answerPage, pageRequestOf } from '../http/cursor.js';
import { OnceByKey } from '../http/once.interceptor.js';

type CaseDocument = z.input<typeof caseDocument>;

@ApiController('/cases', 'Cases', 'cases')
export class CasesController {
  constructor(private readonly cases: ManageCases) {}

  @Get()
  @ApiOperation({ summary: 'What journeys handed over to people, oldest first' })
  @Answers(200, caseList, 'A page of cases.')
  async list(
    @ShopId() shopId: string,
    @Query({ schema: caseQuery }) { cursor, limit, ...filter }: z.output<typeof caseQuery>,
  ): Promise<z.input<typeof caseList>> {
    return answerPage(await this.cases.list(shopId, filter, pageRequestOf({ cursor, limit })), viewOf);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One case with its notes' })
  @Answers(200, caseDocument, 'The case.')
  @Refuses(404, 'There is no such case.')
  async read(@ShopId() shopId: string, @Param('id', { schema: idParam }) id: string): Promise<CaseDocument> {
    return viewOf(await this.cases.get(shopId, id));
  }

  @Post(':id/close')
  @OnceByKey()
  @HttpCode(200)
  @ApiOperation({ summary: 'Close a case and say how it ended' })
  @Answers(200, caseDocument, 'The case as it is now.')
  @Refuses(404, 'There is no such case.')
  @Refuses(409, 'It is closed already.')
  async close(
    @ShopId() shopId: string,
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: caseClosing }) { outcome }: z.output<typeof caseClosing>,
  ): Promise<CaseDocument> {
    return viewOf(await this.cases.close(shopId, id, outcome));
  }
}

function viewOf({ openedAt, closedAt, notes, ...file }: CaseFile): CaseDocument {
  return {
    ...file,
    openedAt: toIso(openedAt),
    closedAt: closedAt === null ? null : toIso(closedAt),
    notes: notes.map(({ at, ...note }) => ({ ...note, at: toIso(at) })),
  };
}
