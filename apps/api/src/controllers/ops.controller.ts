import { Body, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { type DeadLetter, OperateShop, type OverviewView, SettleDeadLetters } from '#app/application';
import {
  deadLetterDocument,
  deadLetterList,
  deadLetterQuery,
  idParam,
  opsNote,
  overviewDocument,
  pauseRequest,
  pauseState,
  replayedEvent,
} from '#app/contracts';
import { toIso } from '#app/domain';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';
import { answerPage, pageRequestOf } from '../http/cursor.js';
import { OnceByKey } from '../http/once.interceptor.js';

type DeadLetterDocument = z.input<typeof deadLetterDocument>;
type Note = z.output<typeof opsNote>;

@ApiController('/ops', 'Operations', 'ops')
export class OpsController {
  constructor(
    private readonly operations: OperateShop,
    private readonly deadLetters: SettleDeadLetters,
  ) {}

  @Get('overview')
  @ApiOperation({ summary: 'What waits, what is in doubt, what was given up' })
  @Answers(200, overviewDocument, 'The overview.')
  overview(@ShopId() shopId: string): Promise<OverviewView> {
    return this.operations.overview(shopId);
  }

  @Get('dead-letters')
  @ApiOperation({ summary: 'Work that was given up, oldest first' })
  @Answers(200, deadLetterList, 'A page of dead letters.')
  async list(
    @ShopId() shopId: string,
    @Query({ schema: deadLetterQuery }) { state, kind, ...page }: z.output<typeof deadLetterQuery>,
  ): Promise<z.input<typeof deadLetterList>> {
    return answerPage(
      await this.deadLetters.list(shopId, { state, kind: kind ?? null }, pageRequestOf(page)),
      letterView,
    );
  }

  @Post('dead-letters/:id/retry')
  @OnceByKey()
  @HttpCode(200)
  @ApiOperation({ summary: 'Try it again, from the first attempt' })
  @Answers(200, deadLetterDocument, 'The letter is closed, its work is open again.')
  @Refuses(404, 'There is no such dead letter.')
  @Refuses(409, 'It is closed already.')
  async retry(
    @ShopId() shopId: string,
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: opsNote }) { note }: Note,
  ): Promise<DeadLetterDocument> {
    return letterView(await this.deadLetters.retry(shopId, id, note));
  }

  @Post('dead-letters/:id/drop')
  @OnceByKey()
  @HttpCode(200)
  @ApiOperation({ summary: 'Close it and leave its work undone; a run whose timer it was ends as failed' })
  @Answers(200, deadLetterDocument, 'The letter is closed.')
  @Refuses(404, 'There is no such dead letter.')
  @Refuses(409, 'It is closed already.')
  async drop(
    @ShopId() shopId: string,
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: opsNote }) { note }: Note,
  ): Promise<DeadLetterDocument> {
    return letterView(await this.deadLetters.drop(shopId, id, note));
  }

  @Post('pause')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Let everything of the shop stand still, or all its journeys',
    description:
      'Webhooks are stored all the same. With the scope `journeys` they also become facts, unsubscribes among them, and runs hear of them; only who would have entered meanwhile does not. Called again it changes the scope.',
  })
  @Answers(200, pauseState, 'Since when it stands still.')
  async pause(
    @ShopId() shopId: string,
    @Body({ schema: pauseRequest.default({ scope: 'all' }) }) { scope }: z.output<typeof pauseRequest>,
  ): Promise<z.input<typeof pauseState>> {
    return { paused: await this.operations.pause(shopId, scope), pauseScope: scope };
  }

  @Post('resume')
  @HttpCode(200)
  @ApiOperation({ summary: 'Let everything run again' })
  @Answers(200, pauseState, 'It runs.')
  async resume(@ShopId() shopId: string): Promise<z.input<typeof pauseState>> {
    await this.operations.resume(shopId);
    return { paused: null, pauseScope: null };
  }

  @Post('events/:id/replay')
  @OnceByKey()
  @HttpCode(202)
  @ApiOperation({ summary: 'Take a stored event again from the start' })
  @Answers(202, replayedEvent, 'It is taken soon. What it led to before is not done twice.')
  @Refuses(404, 'There is no such event.')
  @Refuses(409, 'It waits to be taken anyway, or was set aside as faulty.')
  async replay(
    @ShopId() shopId: string,
    @Param('id', { schema: idParam }) id: string,
  ): Promise<{ id: string; state: 'new' }> {
    await this.operations.replay(shopId, id);
    return { id, state: 'new' };
  }
}

function letterView(letter: DeadLetter): DeadLetterDocument {
  return {
    ...letter,
    createdAt: toIso(letter.createdAt),
    settledAt: letter.settledAt === null ? null : toIso(letter.settledAt),
  };
}
