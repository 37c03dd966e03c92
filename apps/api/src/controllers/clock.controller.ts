import { type BeforeApplicationShutdown, Body, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { AdvanceClock } from '#app/application';
import { clockAdvance, clockDocument } from '#app/contracts';
import { addDuration, type IsoInstant, toInstant, toIso } from '#app/domain';
import type { z } from 'zod';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';

const EXAMPLE = { now: '2026-01-31T09:30:00.000Z' };

/** Only while the clock is virtual; else each call is 404. */
@ApiController('/clock', 'Virtual clock', 'clock')
export class ClockController implements BeforeApplicationShutdown {
  constructor(private readonly clock: AdvanceClock) {}

  /** The server closes once its last call has been answered. */
  beforeApplicationShutdown(): void {
    this.clock.stop();
  }

  @Get()
  @ApiOperation({ summary: 'The present of the virtual clock' })
  @Answers(200, clockDocument, 'The present.', EXAMPLE)
  @Refuses(404, 'The clock is real.')
  async read(): Promise<{ now: IsoInstant }> {
    return { now: toIso(await this.clock.present()) };
  }

  @Post('advance')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Let time pass',
    description: 'Returns when everything due up to then has been done, in the order in which it fell due.',
  })
  @Answers(200, clockDocument, 'The present that was reached.', EXAMPLE)
  @Refuses(404, 'The clock is real.')
  @Refuses(409, 'The time lies in the past, or the clock is being advanced already.')
  async advance(@Body({ schema: clockAdvance }) advance: z.output<typeof clockAdvance>): Promise<{ now: IsoInstant }> {
    const present = await this.clock.present();
    const target = 'to' in advance ? toInstant(advance.to) : addDuration(present, advance.by, 'UTC');
    const stepMs = advance.step === undefined ? 0 : addDuration(present, advance.step, 'UTC') - present;
    return { now: toIso(await this.clock.to(target, stepMs)) };
  }
}
