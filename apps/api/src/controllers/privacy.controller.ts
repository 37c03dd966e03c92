import { Body, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { actAs, type Caller, EraseCustomer, nameOf, type PrivacyRequest, ReadPrivacy } from '#app/application';
import {
  erasureRequest,
  idParam,
  personExport,
  privacyRequestDocument,
  privacyRequestList,
  privacyRequestQuery,
} from '#app/contracts';
import { toIso } from '#app/domain';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { CallerParam, ShopId } from '../access/caller.js';
import { operationOf } from '../access/login-request.js';
import { Needs } from '../access/needs.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';
import { answerPage, pageRequestOf } from '../http/cursor.js';
import { OnceByKey } from '../http/once.interceptor.js';

type RequestDocument = z.input<typeof privacyRequestDocument>;

@ApiController('', 'Privacy', 'customers')
export class PrivacyController {
  constructor(
    private readonly erasures: EraseCustomer,
    private readonly privacy: ReadPrivacy,
  ) {}

  @Get('customers/:id/export')
  @Needs('customers:export')
  @ApiOperation({ summary: 'Everything that is stored of a customer, as one document' })
  @Answers(200, personExport, 'Every row of theirs, by table.')
  @Refuses(404, 'There is no such customer.')
  async export(
    @CallerParam() caller: Caller,
    @Req() request: FastifyRequest,
    @Param('id', { schema: idParam }) id: string,
  ): Promise<z.input<typeof personExport>> {
    // reads are not audited, but this one hands out everything
    const actor = { name: nameOf(caller), operation: operationOf(request), requestId: request.id };
    const { data, ...head } = await actAs(actor, () => this.privacy.export(caller.shopId, id));
    return { ...head, data: Object.fromEntries(Object.entries(data).map(([table, rows]) => [table, [...rows]])) };
  }

  @Post('customers/:id/erase')
  @OnceByKey()
  @Needs('customers:erase')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Erase a customer',
    description:
      'When it answers, nobody finds the person any more and nothing is sent to them; the rest goes within minutes. Called again it answers with the erasure as it stands. What counts stays without a name: scores, funnels and sums of orders do not change.',
  })
  @Answers(202, privacyRequestDocument, 'The erasure as it stands.')
  @Refuses(404, 'There is no such customer.')
  async erase(
    @ShopId() shopId: string,
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: erasureRequest }) { reason }: z.output<typeof erasureRequest>,
  ): Promise<RequestDocument> {
    return viewOf(await this.erasures.run(shopId, id, { origin: 'api', reason }));
  }

  @Get('privacy/requests')
  @ApiOperation({ summary: 'Requests of people to see or erase what is known of them, oldest first' })
  @Answers(200, privacyRequestList, 'A page of requests.')
  async list(
    @ShopId() shopId: string,
    @Query({ schema: privacyRequestQuery })
    { cursor, limit, customer, ...filter }: z.output<typeof privacyRequestQuery>,
  ): Promise<z.input<typeof privacyRequestList>> {
    const page = await this.privacy.list(shopId, { ...filter, customerId: customer }, pageRequestOf({ cursor, limit }));
    return answerPage(page, viewOf);
  }

  @Post('privacy/requests/:id/close')
  @OnceByKey()
  @Needs('customers:export')
  @HttpCode(200)
  @ApiOperation({ summary: 'Note that a request to see what is known was answered' })
  @Answers(200, privacyRequestDocument, 'The request as it is now.')
  @Refuses(404, 'There is no such request.')
  @Refuses(409, 'It is an erasure, or was answered already.')
  async close(@ShopId() shopId: string, @Param('id', { schema: idParam }) id: string): Promise<RequestDocument> {
    return viewOf(await this.privacy.close(shopId, id));
  }
}

function viewOf({ customerId, requestedAt, dueAt, doneAt, counts, ...request }: PrivacyRequest): RequestDocument {
  return {
    ...request,
    customer: customerId,
    requestedAt: toIso(requestedAt),
    dueAt: toIso(dueAt),
    doneAt: doneAt === null ? null : toIso(doneAt),
    counts: { ...counts },
  };
}
