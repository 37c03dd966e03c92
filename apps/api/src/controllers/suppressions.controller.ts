import { Readable } from 'node:stream';
import { Body, Get, Header, HttpCode, Param, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiResponse } from '@nestjs/swagger';
import {
  ImportSuppressions,
  LiftSuppression,
  type LineFault,
  type ListLine,
  ReadSuppressions,
  type Suppression,
} from '#app/application';
import {
  faultsOf,
  suppressionDocument,
  suppressionIdParam,
  suppressionImport,
  suppressionLift,
  suppressionList,
  suppressionQuery,
  suppressionReport,
} from '#app/contracts';
import { PermanentError, toIso } from '#app/domain';
import { StreamedBody } from '#app/platform';
import type { z } from 'zod';
import { AuditedRead } from '../access/actor.interceptor.js';
import { ShopId } from '../access/caller.js';
import { Needs } from '../access/needs.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';
import { OnceByKey } from '../http/once.interceptor.js';
import { readSuppressionCsv, writeSuppressionCsv } from '../http/suppression-csv.js';

const EXAMPLE = 'address,channel,reason,date\nana@example.com,email,unsubscribed,2026-01-31\n+4930123456,sms,manual,';
const FIELD = { type: 'string', maxLength: 320 } as const;
const CSV = { schema: { type: 'string' as const }, example: EXAMPLE };

@ApiController('/suppressions', 'Messages', 'suppressions')
export class SuppressionsController {
  constructor(
    private readonly reader: ReadSuppressions,
    private readonly importer: ImportSuppressions,
    private readonly lifter: LiftSuppression,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Addresses that are not written to, newest first',
    description: 'Of an address only a keyed hash is kept; `address` finds it all the same.',
  })
  @Answers(200, suppressionList, 'A page of the list.')
  async list(
    @ShopId() shopId: string,
    @Query({ schema: suppressionQuery })
    { cursor, limit, channel, ...filter }: z.output<typeof suppressionQuery>,
  ): Promise<z.input<typeof suppressionList>> {
    const page = { cursor: cursor ?? null, limit };
    const { items, next } = await this.reader.page(shopId, { ...filter, medium: channel }, page);
    return { items: items.map(viewOf), next };
  }

  @Get('export')
  @Needs('customers:export')
  @AuditedRead()
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="suppressions.csv"')
  @ApiOperation({
    summary: 'The whole list as CSV',
    description:
      'Addresses that somebody is known by come first; of the others there is the hash alone. Who exports is noted in the audit log.',
  })
  @ApiResponse({ status: 200, description: 'The list.', content: { 'text/csv': CSV } })
  async export(@ShopId() shopId: string): Promise<StreamableFile> {
    return new StreamableFile(Readable.from(writeSuppressionCsv(await this.reader.export(shopId))));
  }

  @Post('import')
  @HttpCode(200)
  @ApiConsumes('application/json', 'text/csv')
  @ApiOperation({
    summary: 'Take over a list of addresses that are not to be written to',
    description:
      'CSV of up to 100,000 lines, or a JSON list of up to 1,000 items. `address` is an e-mail address or a phone number with its country; `channel` (email, sms or whatsapp), `reason` (unsubscribed, complained, bounced or manual) and `date` may be left out. Good lines are kept beside bad ones. The same list again changes nothing.',
  })
  @ApiBody({
    schema: {
      type: 'array',
      minItems: 1,
      maxItems: 1_000,
      items: { type: 'object', properties: { address: FIELD, channel: FIELD, reason: FIELD, date: FIELD } },
    },
  })
  @Answers(200, suppressionReport, 'What was kept, and the faults of what was not.')
  @Refuses(413, 'The list is too long.')
  @Refuses(422, 'It is no list of addresses.')
  async import(@ShopId() shopId: string, @Body() body: unknown): Promise<z.input<typeof suppressionReport>> {
    const { faults, ...counts } = await this.importer.run(shopId, linesOf(body));
    return { ...counts, faults: [...faults] };
  }

  @Post(':id/lift')
  @OnceByKey()
  @Needs('suppressions:lift')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Write to an address again',
    description:
      'For what the shop decides on: bounced, soft-bounce and manual. Whoever unsubscribed opts in again themselves; a complaint stays.',
  })
  @Answers(200, suppressionDocument, 'The suppression as it was.')
  @Refuses(404, 'There is no such suppression.')
  @Refuses(409, "It is the person's own word.")
  async lift(
    @ShopId() shopId: string,
    @Param('id', { schema: suppressionIdParam }) id: string,
    @Body({ schema: suppressionLift }) { reason }: z.output<typeof suppressionLift>,
  ): Promise<z.input<typeof suppressionDocument>> {
    return viewOf(await this.lifter.run(shopId, id, reason));
  }
}

function viewOf({
  id,
  medium,
  hash,
  scope,
  reason,
  detail,
  since,
  until,
}: Suppression): z.input<typeof suppressionDocument> {
  return {
    id,
    channel: medium,
    hash,
    scope,
    reason,
    detail,
    since: toIso(since),
    until: until === null ? null : toIso(until),
  };
}

function linesOf(body: unknown): AsyncIterable<ListLine | LineFault> {
  if (body instanceof StreamedBody) return readSuppressionCsv(body);
  const list = suppressionImport.safeParse(body);
  if (list.success) return Readable.from(list.data.map((item, index) => ({ ...item, line: index + 1 })));
  throw new PermanentError('validation', 'This is no list of addresses. Mend what `errors` names.', {
    faults: faultsOf(list.error),
  });
}
