import { Get, Param, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ReadRuns, type RunSummary } from '#app/application';
import { idParam, journalList, runDocument, runList, runQuery } from '#app/contracts';
import { toIso } from '#app/domain';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';
import { answerPage, pageRequestOf } from '../http/cursor.js';

@ApiController('/runs', 'Runs', 'customers')
export class RunsController {
  constructor(private readonly runs: ReadRuns) {}

  @Get()
  @ApiOperation({ summary: 'Runs of people through journeys, newest first' })
  @Answers(200, runList, 'A page of runs.')
  async list(
    @ShopId() shopId: string,
    @Query({ schema: runQuery }) { journey, customer, order, ...page }: z.output<typeof runQuery>,
  ): Promise<z.input<typeof runList>> {
    return answerPage(
      await this.runs.list(shopId, { journey, customerId: customer, order }, pageRequestOf(page)),
      runView,
    );
  }

  @Get(':id')
  @ApiOperation({ summary: 'One run' })
  @Answers(200, runDocument, 'The run.')
  @Refuses(404, 'There is no such run.')
  async read(
    @ShopId() shopId: string,
    @Param('id', { schema: idParam }) id: string,
  ): Promise<z.input<typeof runDocument>> {
    return runView(await this.runs.get(shopId, id));
  }

  @Get(':id/journal')
  @ApiOperation({ summary: 'Every decision of a run, with the facts it was made on' })
  @Answers(200, journalList, 'The journal, in the order of the decisions.')
  @Refuses(404, 'There is no such run.')
  async journal(
    @ShopId() shopId: string,
    @Param('id', { schema: idParam }) id: string,
  ): Promise<z.input<typeof journalList>> {
    const lines = await this.runs.journal(shopId, id);
    return { items: lines.map((line) => ({ ...line, data: { ...line.data } })), next: null };
  }
}

function runView({
  customerId,
  orderId: _orderId,
  startedAt,
  endedAt,
  wakesAt,
  ...run
}: RunSummary): z.input<typeof runDocument> {
  return {
    ...run,
    customer: customerId,
    startedAt: toIso(startedAt.getTime()),
    endedAt: endedAt && toIso(endedAt.getTime()),
    wakesAt: wakesAt && toIso(wakesAt.getTime()),
  };
}
