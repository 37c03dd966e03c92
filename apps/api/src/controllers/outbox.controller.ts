import { Get, Header, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import { type Letter, type OutboxItem, type Page, ReadOutbox } from '#app/application';
import { idParam, outboxLetter, outboxList, outboxQuery } from '#app/contracts';
import { PermanentError } from '#app/domain';
import type { z } from 'zod';
import { AuditedRead } from '../access/actor.interceptor.js';
import { ShopId } from '../access/caller.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';
import { answerPage, pageRequestOf } from '../http/cursor.js';

const ID = { schema: idParam };

/** Written by authors and by what customers are called: pictures and styles, no script, no form, an origin of its own. */
const LETTER_POLICY =
  "sandbox; default-src 'none'; img-src https: data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'";

@ApiController('/outbox', 'Messages', 'messages')
export class OutboxController {
  constructor(private readonly outbox: ReadOutbox) {}

  @Get()
  @ApiOperation({
    summary: 'What went out or was captured, newest first',
    description:
      'Without SMTP_URL and TWILIO_… messages are captured: kept here instead of sent. /outbox shows the same in a browser.',
  })
  @Answers(200, outboxList, 'A page of the outbox.')
  async list(
    @ShopId() shopId: string,
    @Query({ schema: outboxQuery }) { cursor, limit, ...filter }: z.output<typeof outboxQuery>,
  ): Promise<Page<OutboxItem>> {
    return answerPage(await this.outbox.list(shopId, filter, pageRequestOf({ cursor, limit })), (item) => item);
  }

  @Get(':id')
  @AuditedRead()
  @ApiOperation({
    summary: 'One message as it was handed over, with its headers',
    description: 'Who reads it is noted in the audit log.',
  })
  @Answers(200, outboxLetter, 'The message.')
  @Refuses(404, 'There is no such message, it was never handed over, or its content was erased.')
  async read(@ShopId() shopId: string, @Param('id', ID) id: string): Promise<z.input<typeof outboxLetter>> {
    return letterView(await this.outbox.open(shopId, id));
  }

  @Get(':id/html')
  @AuditedRead()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', LETTER_POLICY)
  @Header('referrer-policy', 'no-referrer')
  @Header('x-robots-tag', 'noindex')
  @ApiOperation({
    summary: 'The HTML of an e-mail, for a frame',
    description: 'Its content policy allows pictures and styles, and neither scripts nor forms. Reading it is noted.',
  })
  @ApiResponse({ status: 200, description: 'The HTML.', content: { 'text/html': { schema: { type: 'string' } } } })
  @Refuses(404, 'There is no such message, or it has no HTML.')
  async html(@ShopId() shopId: string, @Param('id', ID) id: string): Promise<string> {
    const { html } = await this.outbox.open(shopId, id);
    if (html === null) throw new PermanentError('not_found', `Message ${id} has no HTML: read its text instead.`);
    return html;
  }
}

function letterView({ headers, sms, ...letter }: Letter): z.input<typeof outboxLetter> {
  return {
    ...letter,
    state: letter.state as z.input<typeof outboxLetter>['state'],
    headers: [...headers],
    sms: sms && { ...sms, foreign: [...sms.foreign] },
  };
}
