import { Body, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { PreviewMessages, type PreviewSubject, ReadSamples, SendTest } from '#app/application';
import { journeyKeyParam, messagePreview, previewRequest, sampleList, sentTest, testRequest } from '#app/contracts';
import { PermanentError } from '#app/domain';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Needs } from '../access/needs.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';
import { OnceByKey } from '../http/once.interceptor.js';

const KEY = { schema: journeyKeyParam };

@ApiController('', 'Journeys', 'journeys')
export class PreviewsController {
  constructor(
    private readonly previews: PreviewMessages,
    private readonly samples: ReadSamples,
    private readonly tests: SendTest,
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
      'Written with the facts of a sample or of a customer, each step that sends on its own, whether or not that person would come to it. Their links lead nowhere, nothing is stored but the note that somebody looked at this customer, and no message leaves. `gaps` names the facts that are missing, `warnings` what a reader would stumble over. A dry run shows which of them a customer would get, and when.',
  })
  @Answers(200, messagePreview, 'The messages.')
  @Refuses(404, 'There is no such journey, version, step, sample, customer or order.')
  async preview(
    @ShopId() shopId: string,
    @Param('key', KEY) key: string,
    @Body({ schema: previewRequest }) body: z.output<typeof previewRequest>,
  ): Promise<z.input<typeof messagePreview>> {
    const { messages, ...preview } = await this.previews.run(shopId, { key, ...withSubject(body) });
    return {
      ...preview,
      messages: messages.map(({ channels, gaps, warnings, smsParts, approved, ...message }) => ({
        ...message,
        channels: [...channels],
        approved: approved && { sid: approved.sid, values: [...approved.values] },
        gaps: [...gaps],
        warnings: [...warnings],
        smsParts: smsParts && { ...smsParts, foreign: [...smsParts.foreign] },
      })),
    };
  }

  @Post('journeys/:key/test-send')
  @OnceByKey()
  @Needs('journeys:write')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Send one message of a journey to yourself',
    description:
      'Written as in a preview, marked as a test, and sent by the channel that customers get theirs by. Its links lead nowhere. It is no message of the journey: no rule, figure or report knows of it, and it is not in the outbox. That it was sent is in the audit log.',
  })
  @Answers(200, sentTest, 'What the channel said, with the message as it was sent.')
  @Refuses(403, 'This address gets no tests.')
  @Refuses(404, 'There is no such journey, version, step, sample, customer or order.')
  async sendTest(
    @ShopId() shopId: string,
    @Param('key', KEY) key: string,
    @Body({ schema: testRequest }) body: z.output<typeof testRequest>,
  ): Promise<z.input<typeof sentTest>> {
    const { sms, ...sent } = await this.tests.run(shopId, { key, ...withSubject(body) });
    return { ...sent, sms: sms && { ...sms, foreign: [...sms.foreign] } };
  }
}

type Named = Pick<z.output<typeof previewRequest>, 'sample' | 'customer' | 'email' | 'order'>;

/** The schema lets one of them through. */
function withSubject<T extends Named>({ sample, customer, email, order, ...request }: T) {
  return { ...request, subject: subjectOf({ sample, customer, email, order }) };
}

function subjectOf({ sample, customer, email, order }: Named): PreviewSubject {
  if (sample !== undefined) return { sample };
  if (customer !== undefined) return { customer, order };
  if (email !== undefined) return { email, order };
  if (order !== undefined) return { order };
  throw new PermanentError('validation', 'Name a sample, a customer, an email or an order.');
}
