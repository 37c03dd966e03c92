import { Body, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { PublishJourney } from '#app/application';
import {
  journeyKeyParam,
  publicationPreview,
  publicationRequest,
  publishedJourney,
  undonePublication,
} from '#app/contracts';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';

const KEY = { schema: journeyKeyParam };
const BODY = { schema: publicationRequest.default({}) };
type PublicationRequest = z.output<typeof publicationRequest>;

@ApiController('/journeys', 'Journeys')
export class PublicationsController {
  constructor(private readonly journeys: PublishJourney) {}

  @Post(':key/publish')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Let people enter the latest version',
    description:
      'Runs under way stay on their version unless `migration` says what they do. The same call again goes on where it was interrupted.',
  })
  @Answers(200, publishedJourney, 'It is live.')
  @Refuses(404, 'There is no such journey.')
  @Refuses(409, 'It is archived.')
  @Refuses(422, 'The plan names a step that the new version does not have.')
  publish(
    @ShopId() shopId: string,
    @Param('key', KEY) key: string,
    @Body(BODY) { migration }: PublicationRequest,
  ): Promise<z.input<typeof publishedJourney>> {
    return this.journeys.publish(shopId, key, migration);
  }

  @Post(':key/publish/preview')
  @HttpCode(200)
  @ApiOperation({ summary: 'Show where runs wait, and what a plan for them would do; nothing is changed' })
  @Answers(200, publicationPreview, 'What would come of it.')
  @Refuses(404, 'There is no such journey.')
  @Refuses(422, 'The plan names a step that the new version does not have.')
  async preview(
    @ShopId() shopId: string,
    @Param('key', KEY) key: string,
    @Body(BODY) { migration }: PublicationRequest,
  ): Promise<z.input<typeof publicationPreview>> {
    const { waiting, ...preview } = await this.journeys.preview(shopId, key, migration);
    return { ...preview, waiting: [...waiting] };
  }

  @Post(':key/publish/undo')
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
