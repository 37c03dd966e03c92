import { Body, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { PreviewPublication, PublishJourney } from '#app/application';
import {
  journeyKeyParam,
  publicationPreview,
  publicationRequest,
  publishedJourney,
  undonePublication,
} from '#app/contracts';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Needs } from '../access/needs.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';
import { findingView } from '../http/finding-view.js';
import { OnceByKey } from '../http/once.interceptor.js';

const KEY = { schema: journeyKeyParam };
const BODY = { schema: publicationRequest.default({}) };
type PublicationRequest = z.output<typeof publicationRequest>;

@ApiController('/journeys', 'Journeys', 'journeys')
export class PublicationsController {
  constructor(
    private readonly journeys: PublishJourney,
    private readonly previews: PreviewPublication,
  ) {}

  @Post(':key/publish')
  @OnceByKey()
  @Needs('journeys:publish')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Let people enter the latest version',
    description:
      'Runs under way stay on their version unless `migration` says what they do. The same call again goes on where it was interrupted. The checker plays people through it first, beside the journeys that are live: a finding of severity `error` refuses it, warnings are answered.',
  })
  @Answers(200, publishedJourney, 'It is live.')
  @Refuses(404, 'There is no such journey.')
  @Refuses(409, 'It is archived, or was saved anew while it was checked.')
  @Refuses(422, 'The checker found an error, or the plan names a step that the new version does not have.')
  async publish(
    @ShopId() shopId: string,
    @Param('key', KEY) key: string,
    @Body(BODY) { migration }: PublicationRequest,
  ): Promise<z.input<typeof publishedJourney>> {
    const { warnings, ...published } = await this.journeys.publish(shopId, key, migration);
    return { ...published, warnings: warnings.map(findingView) };
  }

  @Post(':key/publish/preview')
  @Needs('journeys:read')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Show what the checker says, where runs wait, and what a plan for them would do; nothing is changed',
  })
  @Answers(200, publicationPreview, 'What would come of it.')
  @Refuses(404, 'There is no such journey.')
  @Refuses(422, 'The plan names a step that the new version does not have.')
  async preview(
    @ShopId() shopId: string,
    @Param('key', KEY) key: string,
    @Body(BODY) { migration }: PublicationRequest,
  ): Promise<z.input<typeof publicationPreview>> {
    const { waiting, findings, ...preview } = await this.previews.run(shopId, key, migration);
    return { ...preview, waiting: [...waiting], findings: findings.map(findingView) };
  }

  @Post(':key/publish/undo')
  @OnceByKey()
  @Needs('journeys:publish')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Take the last publication back',
    description:
      'People enter the version before again, and runs that were taken over wait where they waited, unless they have gone on since.',
  })
  @Answers(200, undonePublication, 'It was taken back.')
  @Refuses(404, 'There is no such journey.')
  @Refuses(409, 'There is nothing to take back.')
  undo(@ShopId() shopId: string, @Param('key', KEY) key: string): Promise<z.input<typeof undonePublication>> {
    return this.journeys.undo(shopId, key);
  }
}
