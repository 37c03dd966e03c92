import { Body, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import { type ApiKey, type MadeKey, ManageKeys } from '#app/application';
import { idParam, keyDocument, keyList, madeKey, newKey, pageQuery, type PageQuery } from '#app/contracts';
import { toIso } from '#app/domain';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';
import { answerPage, pageRequestOf } from '../http/cursor.js';

@ApiController('/keys', 'Keys')
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
  @ApiOperation({ summary: 'Make an API key' })
  @Answers(201, madeKey, 'The key; it is shown this once.')
  create(@ShopId() shopId: string, @Body({ schema: newKey }) { name }: z.output<typeof newKey>): Promise<MadeKey> {
    return this.keys.create(shopId, name);
  }

  @Post(':id/rotate')
  @ApiOperation({ summary: 'Replace a key by a new one' })
  @Answers(201, madeKey, 'The new key; the old one no longer works.')
  @Refuses(404, 'There is no such key.')
  rotate(@ShopId() shopId: string, @Param('id', { schema: idParam }) id: string): Promise<MadeKey> {
    return this.keys.rotate(shopId, id);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke a key' })
  @ApiResponse({ status: 204, description: 'It no longer works.' })
  @Refuses(404, 'There is no such key.')
  @Refuses(409, "It is the shop's last key.")
  revoke(@ShopId() shopId: string, @Param('id', { schema: idParam }) id: string): Promise<void> {
    return this.keys.revoke(shopId, id);
  }
}

function keyView(key: ApiKey): z.input<typeof keyDocument> {
  return {
    ...key,
    createdAt: toIso(key.createdAt),
    lastUsedAt: key.lastUsedAt === null ? null : toIso(key.lastUsedAt),
  };
}
