import { type BeforeApplicationShutdown, Body, Delete, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { type BacktestJob, BacktestJobs, type BacktestReport, ClockPort, DryRunJourney } from '#app/application';
import {
  backtestJob,
  backtestReport,
  backtestRequest,
  dryRunReport,
  dryRunRequest,
  idParam,
  journeyKeyParam,
} from '#app/contracts';
import { toInstant } from '#app/domain';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Needs } from '../access/needs.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';

const KEY = { schema: journeyKeyParam };
/** A backtest that takes longer becomes a job to ask after. */
const PATIENCE_MS = 3_000;

@ApiController('', 'Backtests', 'journeys')
export class BacktestController implements BeforeApplicationShutdown {
  constructor(
    private readonly jobs: BacktestJobs,
    private readonly dryRuns: DryRunJourney,
    private readonly clock: ClockPort,
  ) {}

  /** The pool closes once nothing reads any more. */
  beforeApplicationShutdown(): Promise<void> {
    return this.jobs.stopAll();
  }

  @Post('journeys/:key/backtest')
  @Needs('journeys:read')
  @HttpCode(200)
  @ApiOperation({
    summary: 'What a journey would have sent over recorded history',
    description:
      'Plays the events of the range, in the order in which they were received, to a version of the journey in virtual time. Nothing is stored and no message leaves. A short one is answered with its report; a longer one goes on, to be asked after at /api/v1/backtests/:id of the same process.',
  })
  @Answers(200, backtestReport, 'The report.')
  @Answers(202, backtestJob, 'It goes on; ask for it by its id.')
  @Refuses(404, 'There is no such journey or version.')
  @Refuses(422, 'The range is empty.')
  @Refuses(503, 'As many backtests run as this process takes.')
  async backtest(
    @ShopId() shopId: string,
    @Param('key', KEY) key: string,
    @Body({ schema: backtestRequest }) { from, to, ...more }: z.output<typeof backtestRequest>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<z.input<typeof backtestReport> | z.input<typeof backtestJob>> {
    const range = { from: toInstant(from), to: toInstant(to) };
    const job = this.jobs.start(shopId, { key, ...more, ...range });
    await Promise.race([this.jobs.ended(shopId, job.id), this.clock.sleep(PATIENCE_MS)]);
    const { report } = this.jobs.get(shopId, job.id);
    if (report) return reportView(report);
    reply.code(202);
    return jobView(this.jobs.get(shopId, job.id));
  }

  @Get('backtests/:id')
  @ApiOperation({ summary: 'How far a backtest is, and its report' })
  @Answers(200, backtestJob, 'The backtest.')
  @Refuses(404, 'This process knows no such backtest.')
  read(@ShopId() shopId: string, @Param('id', { schema: idParam }) id: string): z.input<typeof backtestJob> {
    return jobView(this.jobs.get(shopId, id));
  }

  @Delete('backtests/:id')
  @Needs('journeys:read')
  @ApiOperation({ summary: 'Cancel a backtest' })
  @Answers(200, backtestJob, 'It has stopped.')
  @Refuses(404, 'This process knows no such backtest.')
  async cancel(
    @ShopId() shopId: string,
    @Param('id', { schema: idParam }) id: string,
  ): Promise<z.input<typeof backtestJob>> {
    return jobView(await this.jobs.cancel(shopId, id));
  }

  @Post('journeys/:key/dry-run')
  @Needs('customers:read')
  @HttpCode(200)
  @ApiOperation({
    summary: 'What a journey would do for one person from now on',
    description:
      'The run that waits goes on; without one the trigger is supposed to happen now. No other event is assumed. Nothing is stored and no message leaves.',
  })
  @Answers(200, dryRunReport, 'Decisions and messages with their times.')
  @Refuses(404, 'There is no such journey, version, customer or order.')
  async dryRun(
    @ShopId() shopId: string,
    @Param('key', KEY) key: string,
    @Body({ schema: dryRunRequest }) request: z.output<typeof dryRunRequest>,
  ): Promise<z.input<typeof dryRunReport>> {
    const { journal, messages, end, ...report } = await this.dryRuns.run(shopId, { key, ...request });
    return {
      ...report,
      journal: journal.map((line) => ({ ...line, data: { ...line.data } })),
      messages: messages.map((message) => ({ ...message, putOffBy: [...message.putOffBy] })),
      end,
    };
  }
}

function jobView({ id, journey, state, progress, report, error }: BacktestJob): z.input<typeof backtestJob> {
  return { id, journey, state, progress, report: report && reportView(report), error };
}

/** The same, in the lists that the schema is written with. */
function reportView(report: BacktestReport): z.input<typeof backtestReport> {
  return structuredClone(report) as z.input<typeof backtestReport>;
}
