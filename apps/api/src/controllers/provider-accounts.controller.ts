import { Body, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import { type AccountView, ManageProviderAccounts } from '#app/application';
import {
  idParam,
  newProviderAccount,
  pageQuery,
  type PageQuery,
  providerAccountChange,
  providerAccountDocument,
  providerAccountList,
} from '#app/contracts';
import { type Json, toIso } from '#app/domain';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';
import { answerPage, pageRequestOf } from '../http/cursor.js';
import { OnceByKey } from '../http/once.interceptor.js';

type AccountDocument = z.input<typeof providerAccountDocument>;

const EXAMPLE: AccountDocument = {
  id: '0199c0de-0000-7000-8000-000000000003',
  medium: 'email',
  channel: 'email-smtp',
  name: 'Our own server',
  leadsTo: 'mail.example.com:587 as shop, from hello@example.com',
  weight: 3,
  perSecond: 10,
  perDay: 50_000,
  warmUp: { from: '2026-02-01', first: 200, factor: 1.5 },
  paused: false,
  handedToday: 112,
  createdAt: '2026-01-31T09:30:00.000Z',
};

@ApiController('/provider-accounts', 'Provider accounts', 'accounts')
export class ProviderAccountsController {
  constructor(private readonly accounts: ManageProviderAccounts) {}

  @Get()
  @ApiOperation({ summary: "The shop's own accounts at mail servers and SMS providers, oldest first" })
  @Answers(200, providerAccountList, 'A page of accounts.', { items: [EXAMPLE], next: null })
  async list(
    @ShopId() shopId: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<z.input<typeof providerAccountList>> {
    return answerPage(await this.accounts.list(shopId, pageRequestOf(query)), viewOf);
  }

  @Post()
  @OnceByKey()
  @ApiOperation({ summary: 'Send by an account of the shop’s own, instead of that of the installation' })
  @Answers(201, providerAccountDocument, 'The account; messages go by it within seconds.', EXAMPLE)
  @Refuses(422, 'The channel or a setting is not acceptable.')
  async create(
    @ShopId() shopId: string,
    @Body({ schema: newProviderAccount }) account: z.output<typeof newProviderAccount>,
  ): Promise<AccountDocument> {
    return viewOf(await this.accounts.create(shopId, { ...account, settings: account.settings as Json }));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One account' })
  @Answers(200, providerAccountDocument, 'The account.', EXAMPLE)
  @Refuses(404, 'There is no such account.')
  async read(@ShopId() shopId: string, @Param('id', { schema: idParam }) id: string): Promise<AccountDocument> {
    return viewOf(await this.accounts.read(shopId, id));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change an account: share, limits, settings, or pause it' })
  @Answers(200, providerAccountDocument, 'The account as it is now; the change takes effect within seconds.', EXAMPLE)
  @Refuses(404, 'There is no such account.')
  @Refuses(422, 'A setting is not acceptable.')
  async change(
    @ShopId() shopId: string,
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: providerAccountChange }) { paused, settings, ...change }: z.output<typeof providerAccountChange>,
  ): Promise<AccountDocument> {
    return viewOf(
      await this.accounts.change(shopId, id, {
        ...change,
        ...(paused !== undefined && { isPaused: paused }),
        ...(settings !== undefined && { settings: settings as Json }),
      }),
    );
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Send by an account no more' })
  @ApiResponse({ status: 204, description: 'Without another one, messages go by the account of the installation.' })
  @Refuses(404, 'There is no such account.')
  remove(@ShopId() shopId: string, @Param('id', { schema: idParam }) id: string): Promise<void> {
    return this.accounts.remove(shopId, id);
  }
}

function viewOf({ isPaused, createdAt, ...account }: AccountView): AccountDocument {
  return { ...account, paused: isPaused, createdAt: toIso(createdAt) };
}
