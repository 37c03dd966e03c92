import { Body, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { InstallPreset } from '#app/application';
import {
  installedPreset,
  journeyKeyParam,
  pageQuery,
  type PageQuery,
  presetInstallation,
  presetList,
} from '#app/contracts';
import type { Json } from '#app/domain';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Needs } from '../access/needs.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';
import { findingView } from '../http/finding-view.js';
import { pageThrough } from '../http/cursor.js';
import { OnceByKey } from '../http/once.interceptor.js';

@ApiController('/presets', 'Presets', 'journeys')
export class PresetsController {
  constructor(private readonly presets: InstallPreset) {}

  @Get()
  @ApiOperation({ summary: 'Journeys that ship with Afterglow, by key' })
  @Answers(200, presetList, 'A page of presets.')
  async list(@Query({ schema: pageQuery }) query: PageQuery): Promise<z.input<typeof presetList>> {
    const { items, next } = pageThrough(await this.presets.list(), ({ key }) => key, query);
    return { items: items.map((preset) => ({ ...preset, settings: { ...preset.settings } })), next };
  }

  @Post(':key/install')
  @OnceByKey()
  @Needs('journeys:publish')
  @ApiOperation({ summary: "Make a preset the shop's own journey" })
  @Answers(201, installedPreset, 'The journey.', {
    key: 'review-request',
    state: 'live',
    version: 1,
    warnings: [],
  })
  @Refuses(404, 'There is no such preset.')
  @Refuses(422, 'A setting is not acceptable, or the checker found an error.')
  async install(
    @ShopId() shopId: string,
    @Param('key', { schema: journeyKeyParam }) key: string,
    @Body({ schema: presetInstallation.default({ publish: false }) }) {
      publish,
      settings,
    }: z.output<typeof presetInstallation>,
  ): Promise<z.input<typeof installedPreset>> {
    const { warnings, ...installed } = await this.presets.run(shopId, {
      key,
      publish,
      settings: settings as Record<string, Json> | undefined,
    });
    return { ...installed, warnings: warnings.map(findingView) };
  }
}
