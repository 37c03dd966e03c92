import { Body, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { PreviewMessages, ReadSamples } from '#app/application';
import { journeyKeyParam, messagePreview, previewRequest, sampleList } from '#app/contracts';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Needs } from '../access/needs.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';

const KEY = { schema: journeyKeyParam };

@ApiController('', 'Journeys', 'journeys')
export class PreviewsController {
  constructor(
    private readonly previews: PreviewMessages,
    private readonly samples: ReadSamples,
  ) {}

  @Get('presets/:key/samples')
  @ApiOperation({ summary: 'Made-up people to look at the messages of a preset with' })
  @Answers(200, sampleList, 'The samples.')
  @Refuses(404, 'There is no such preset.')
  async list(@Param('key', KEY) key: string): Promise<z.input<typeof sampleList>> {
    const items = await this.samples.ofPreset(key);
    return {
      items: items.map(({ facts, event, settings, ...sample }) => ({
        ...sample,
        facts: { ...facts },
        event: event && { ...event },
        settings: { ...settings },
      })),
    };
  }

  @Post('journeys/:key/preview')
  @Needs('customers:read')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Show what the messages of a journey look like',
    description:
      'Written with the facts of a sample or of a customer, each step that sends on its own, whether or not that person would come to it. Their links lead nowhere, nothing is stored and no message leaves. A dry run shows which of them a customer would get, and when.',
  })
  @Answers(200, messagePreview, 'The messages.')
  @Refuses(404, 'There is no such journey, version, step, sample, customer or order.')
  async preview(
    @ShopId() shopId: string,
    @Param('key', KEY) key: string,
    @Body({ schema: previewRequest }) { sample, customer, order, ...request }: z.output<typeof previewRequest>,
  ): Promise<z.input<typeof messagePreview>> {
    const subject = customer === undefined ? { sample: sample ?? '' } : { customer, order };
    const { messages, ...preview } = await this.previews.run(shopId, { key, ...request, subject });
    return { ...preview, messages: messages.map((message) => ({ ...message, channels: [...message.channels] })) };
  }
}
