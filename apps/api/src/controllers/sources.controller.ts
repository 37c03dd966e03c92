import { Body, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import { ManageSources, type RotatedSecret, type SourceWithPath } from '#app/application';
import {
  idParam,
  newSecret,
  newSource,
  pageQuery,
  type PageQuery,
  rotatedSecret,
  sourceDocument,
  sourceList,
} from '#app/contracts';
import { type Json, toIso } from '#app/domain';
import { Config } from '#app/platform';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';
import { answerPage, pageRequestOf } from '../http/cursor.js';
import { OnceByKey } from '../http/once.interceptor.js';

type SourceDocument = z.input<typeof sourceDocument>;

const EXAMPLE: SourceDocument = {
  id: '0199c0de-0000-7000-8000-000000000002',
  kind: 'shopify',
  name: 'Main shop',
  settings: {},
  url: 'https://afterglow.example.com/hooks/0199c0de-0000-7000-8000-000000000002',
  createdAt: '2026-01-31T09:30:00.000Z',
};

@ApiController('/sources', 'Sources', 'sources')
export class SourcesController {
  constructor(
    private readonly sources: ManageSources,
    private readonly config: Config,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Where events come from, oldest first' })
  @Answers(200, sourceList, 'A page of sources.', { items: [EXAMPLE], next: null })
  async list(
    @ShopId() shopId: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<z.input<typeof sourceList>> {
    return answerPage(await this.sources.list(shopId, pageRequestOf(query)), (source) => this.view(source));
  }

  @Post()
  @OnceByKey()
  @ApiOperation({ summary: 'Take events from a sender' })
  @Answers(201, sourceDocument, 'The source; point the webhooks of the sender at its `url`.', EXAMPLE)
  @Refuses(422, 'The kind, the secret or a setting is not acceptable.')
  async create(
    @ShopId() shopId: string,
    @Body({ schema: newSource }) source: z.output<typeof newSource>,
  ): Promise<SourceDocument> {
    return this.view(await this.sources.create(shopId, { ...source, settings: source.settings as Json }));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One source' })
  @Answers(200, sourceDocument, 'The source.', EXAMPLE)
  @Refuses(404, 'There is no such source.')
  async read(@ShopId() shopId: string, @Param('id', { schema: idParam }) id: string): Promise<SourceDocument> {
    return this.view(await this.sources.read(shopId, id));
  }

  @Post(':id/rotate-secret')
  @OnceByKey()
  @HttpCode(200)
  @ApiOperation({ summary: 'Give a source a new secret; the old one stays valid for 24 hours' })
  @Answers(200, rotatedSecret, 'The new secret is in force.')
  @Refuses(404, 'There is no such source.')
  rotate(
    @ShopId() shopId: string,
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: newSecret }) { secret }: z.output<typeof newSecret>,
  ): Promise<RotatedSecret> {
    return this.sources.rotate(shopId, id, secret);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Take no more events from a sender' })
  @ApiResponse({ status: 204, description: 'Its URL no longer takes anything. What it told stays.' })
  @Refuses(404, 'There is no such source.')
  remove(@ShopId() shopId: string, @Param('id', { schema: idParam }) id: string): Promise<void> {
    return this.sources.remove(shopId, id);
  }

  private view({ path, createdAt, settings, ...source }: SourceWithPath): SourceDocument {
    return {
      ...source,
      settings: settings as SourceDocument['settings'],
      url: this.config.publicUrl + path,
      createdAt: toIso(createdAt),
    };
  }
}
