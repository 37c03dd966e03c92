import { Body, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { type ConsentEntry, type MediumConsent, ReadConsents, RecordConsent } from '#app/application';
import { consentHistory, consentRecording, consentsDocument, idParam, pageQuery, type PageQuery } from '#app/contracts';
import { toInstant } from '#app/domain';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Needs } from '../access/needs.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';
import { OnceByKey } from '../http/once.interceptor.js';

type Consents = z.input<typeof consentsDocument>;

@ApiController('/customers/:id/consents', 'Customers and orders', 'customers')
export class ConsentsController {
  constructor(
    private readonly consents: ReadConsents,
    private readonly recording: RecordConsent,
  ) {}

  @Get()
  @ApiOperation({ summary: 'What a customer agreed to and refused, by channel and class of messages' })
  @Answers(200, consentsDocument, 'How they stand now.')
  @Refuses(404, 'There is no such customer.')
  async now(@ShopId() shopId: string, @Param('id', { schema: idParam }) id: string): Promise<Consents> {
    return viewOf(await this.consents.now(shopId, id));
  }

  @Get('history')
  @ApiOperation({
    summary: 'Everything that a customer ever said of consent, with its proof, newest first',
    description: 'Suppressed addresses of theirs are among it. It is kept for as long as the customer is known.',
  })
  @Answers(200, consentHistory, 'A page of it.')
  @Refuses(404, 'There is no such customer.')
  async history(
    @ShopId() shopId: string,
    @Param('id', { schema: idParam }) id: string,
    @Query({ schema: pageQuery }) { cursor, limit }: PageQuery,
  ): Promise<z.input<typeof consentHistory>> {
    const { items, next } = await this.consents.history(shopId, id, { cursor: cursor ?? null, limit });
    return { items: items.map(entryOf), next };
  }

  @Post()
  @OnceByKey()
  @Needs('customers:consent')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Record what a customer said of consent elsewhere',
    description:
      'On paper, by telephone, to support. It is in force when the call returns. What senders and pages of Afterglow tell needs no such call.',
  })
  @Answers(200, consentsDocument, 'How they stand now.')
  @Refuses(404, 'There is no such customer.')
  @Refuses(409, 'They are erased, or cannot be reached by that channel.')
  async record(
    @ShopId() shopId: string,
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: consentRecording }) { at, ...said }: z.output<typeof consentRecording>,
  ): Promise<Consents> {
    await this.recording.run(shopId, id, { ...said, at: at === undefined ? null : toInstant(at) });
    return viewOf(await this.consents.now(shopId, id));
  }
}

function viewOf(media: readonly MediumConsent[]): Consents {
  return { channels: media.map((medium) => ({ ...medium, classes: medium.classes.map((each) => ({ ...each })) })) };
}

function entryOf({ classes, ...entry }: ConsentEntry) {
  return { ...entry, classes: classes && [...classes] };
}
