import { Body, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import { type ApiKey, type Caller, type MadeKey, ManageKeys } from '#app/application';
import { idParam, keyDocument, keyList, madeKey, newKey, pageQuery, type PageQuery } from '#app/contracts';
import { toIso } from '#app/domain';
import type { z } from 'zod';
import { CallerParam, ShopId } from '../access/caller.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';
import { answerPage, pageRequestOf } from '../http/cursor.js';
import { OnceByKey } from '../http/once.interceptor.js';

@ApiController('/keys', 'Keys and audit', 'keys')
export class KeysController {
  constructor(private readonly keys: ManageKeys) {}

  @Get()
  @ApiOperation({ summary: 'Valid API keys, oldest first' })
  @Answers(200, keyList, 'A page of keys, without the keys themselves.')
  async list(
    @ShopId() shopId: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<z.input<typeof keyList>> {
    return answerPage(await this.keys.list(shopId, pageRequestOf(query)), keyView);
  }

  @Post()
  @OnceByKey()
  @ApiOperation({
    summary: 'Make an API key',
    description: "An owner's key unless another role is named. A key can hand out no more than it is allowed itself.",
  })
  @Answers(201, madeKey, 'The key; it is shown this once.')
  async create(
    @CallerParam() caller: Caller,
    @Body({ schema: newKey }) { name, role, scopes, expiresAt }: z.output<typeof newKey>,
  ): Promise<z.input<typeof madeKey>> {
    const end = expiresAt === undefined ? null : Date.parse(expiresAt);
    return madeView(
      await this.keys.create(caller.shopId, { name, role, scopes: scopes ?? null, expiresAt: end }, caller),
    );
  }

  @Post(':id/rotate')
  @OnceByKey()
  @ApiOperation({ summary: 'Replace a key by a new one' })
  @Answers(201, madeKey, 'The new key; the old one no longer works.')
  @Refuses(404, 'There is no such key.')
  async rotate(
    @ShopId() shopId: string,
    @Param('id', { schema: idParam }) id: string,
  ): Promise<z.input<typeof madeKey>> {
    return madeView(await this.keys.rotate(shopId, id));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke a key' })
  @ApiResponse({ status: 204, description: 'It no longer works.' })
  @Refuses(404, 'There is no such key.')
  @Refuses(409, "It is the last owner's key without scopes or an end.")
  revoke(@ShopId() shopId: string, @Param('id', { schema: idParam }) id: string): Promise<void> {
    return this.keys.revoke(shopId, id);
  }
}

function keyView(key: ApiKey): z.input<typeof keyDocument> {
  return {
    ...key,
    scopes: key.scopes === null ? null : [...key.scopes],
    createdAt: toIso(key.createdAt),
    lastUsedAt: key.lastUsedAt === null ? null : toIso(key.lastUsedAt),
    expiresAt: key.expiresAt === null ? null : toIso(key.expiresAt),
  };
}

function madeView({ scopes, expiresAt, ...key }: MadeKey): z.input<typeof madeKey> {
  return {
    ...key,
    scopes: scopes === null ? null : [...scopes],
    expiresAt: expiresAt === null ? null : toIso(expiresAt),
  };
}
