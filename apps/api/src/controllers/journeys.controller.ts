import { Body, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation } from '@nestjs/swagger';
import {
  ChangeJourneyState,
  type JourneyStatus,
  type JourneySummary,
  parseJourneyText,
  readJourney,
  ReadJourneys,
  type ResumedJourney,
  ResumeJourney,
  SaveDraft,
} from '#app/application';
import {
  journeyDetail,
  journeyKeyParam,
  journeyList,
  journeyStatus,
  journeySummary,
  pageQuery,
  type PageQuery,
  resumedJourney,
  resumePreview,
  resumeRequest,
  savedJourney,
  versionsCompared,
  versionsQuery,
} from '#app/contracts';
import { type JourneyDocument, PermanentError, toIso } from '#app/domain';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Needs } from '../access/needs.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';
import { pageThrough } from '../http/cursor.js';
import { OnceByKey } from '../http/once.interceptor.js';

const KEY = { schema: journeyKeyParam };
const STATUS = { key: 'review-request', state: 'live', version: 1 };
const DOCUMENT = {
  key: 'thanks',
  title: 'Say thank you',
  class: 'service',
  trigger: 'order.placed',
  entry: { key: 'order.id' },
  steps: [{ id: 'thank', kind: 'send', settings: { template: 'thanks', channels: ['email'] } }],
  templates: { thanks: { en: { subject: 'Thank you', mjml: '<mj-text>Hello {{ customer.firstName }}</mj-text>' } } },
};

@ApiController('/journeys', 'Journeys', 'journeys')
export class JourneysController {
  constructor(
    private readonly drafts: SaveDraft,
    private readonly states: ChangeJourneyState,
    private readonly journeys: ReadJourneys,
    private readonly resumptions: ResumeJourney,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Journeys by key' })
  @Answers(200, journeyList, 'A page of journeys.')
  async list(
    @ShopId() shopId: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<z.input<typeof journeyList>> {
    const { items, next } = pageThrough(await this.journeys.list(shopId), ({ key }) => key, query);
    return { items: items.map(summaryView), next };
  }

  @Post()
  @OnceByKey()
  @ApiOperation({
    summary: 'Save a journey as a draft, as the next version of its key',
    description:
      'JSON or YAML; /api/v1/journey.schema.json is the schema for editors. Nobody enters it before it is published.',
  })
  @ApiConsumes('application/json', 'application/yaml')
  @ApiBody({
    schema: { type: 'object', description: 'A journey document, see /api/v1/journey.schema.json.', example: DOCUMENT },
  })
  @Answers(201, savedJourney, 'It was saved.', { key: 'thanks', version: 1, problems: [] })
  @Refuses(409, 'The journey is archived.')
  @Refuses(422, 'The document has faults; `errors` names the place and the reason of each.')
  async save(@ShopId() shopId: string, @Body() body: unknown): Promise<z.input<typeof savedJourney>> {
    const { key, version } = await this.drafts.run(shopId, documentOf(body));
    return { key, version, problems: [] };
  }

  @Get(':key')
  @ApiOperation({ summary: 'One journey with its versions' })
  @Answers(200, journeyDetail, 'The journey.')
  @Refuses(404, 'There is no such journey.')
  async read(@ShopId() shopId: string, @Param('key', KEY) key: string): Promise<z.input<typeof journeyDetail>> {
    const { versions, ...summary } = await this.journeys.get(shopId, key);
    return {
      ...summaryView(summary),
      versions: versions.map((version) => ({
        ...version,
        createdAt: toIso(version.createdAt.getTime()),
        document: { ...version.document },
      })),
    };
  }

  @Get(':key/diff')
  @ApiOperation({ summary: 'What changed between two versions of a journey' })
  @Answers(200, versionsCompared, 'The difference.', {
    key: 'thanks',
    from: 1,
    to: 2,
    diff: '@@ -1,2 +1,2 @@\n key: thanks\n-title: Thanks\n+title: Say thank you',
    templates: [{ template: 'thanks', locale: 'en', change: 'changed' }],
  })
  @Refuses(404, 'There is no such journey, or it has no such version.')
  async compare(
    @ShopId() shopId: string,
    @Param('key', KEY) key: string,
    @Query({ schema: versionsQuery }) { from, to }: z.output<typeof versionsQuery>,
  ): Promise<z.input<typeof versionsCompared>> {
    const { templates, ...compared } = await this.journeys.compare(shopId, key, from, to);
    return { ...compared, templates: [...templates] };
  }

  @Post(':key/pause')
  @Needs('journeys:pause')
  @HttpCode(200)
  @ApiOperation({ summary: 'Let nobody enter and nothing go out; events are still heard' })
  @Answers(200, journeyStatus, 'It is paused.', { ...STATUS, state: 'paused' })
  @Refuses(404, 'There is no such journey.')
  @Refuses(409, 'It was never published, or is archived.')
  pause(@ShopId() shopId: string, @Param('key', KEY) key: string): Promise<JourneyStatus> {
    return this.states.pause(shopId, key);
  }

  @Post(':key/resume')
  @Needs('journeys:pause')
  @HttpCode(200)
  @ApiOperation({
    summary: 'End a pause',
    description:
      'Says what becomes of what fell due meanwhile; calls to webhooks are made in any case. The same call again goes on where it was interrupted.',
  })
  @Answers(200, resumedJourney, 'It is live.', { ...STATUS, shifted: 12, exited: 0, skippedMessages: 0 })
  @Refuses(404, 'There is no such journey.')
  @Refuses(409, 'It was never published, or is archived.')
  resume(
    @ShopId() shopId: string,
    @Param('key', KEY) key: string,
    @Body({ schema: resumeRequest.default({ overdue: 'run', messages: 'send' }) }) options: z.output<
      typeof resumeRequest
    >,
  ): Promise<ResumedJourney> {
    return this.resumptions.run(shopId, key, options);
  }

  @Post(':key/resume/preview')
  @Needs('journeys:read')
  @HttpCode(200)
  @ApiOperation({ summary: 'Show what fell due during a pause; nothing is changed' })
  @Answers(200, resumePreview, 'What is overdue, by step.')
  @Refuses(404, 'There is no such journey.')
  async previewResume(
    @ShopId() shopId: string,
    @Param('key', KEY) key: string,
  ): Promise<z.input<typeof resumePreview>> {
    const { overdue, ...preview } = await this.resumptions.preview(shopId, key);
    return { ...preview, overdue: [...overdue] };
  }

  @Post(':key/archive')
  @Needs('journeys:publish')
  @HttpCode(200)
  @ApiOperation({ summary: 'End a journey for good: waiting runs end, queued messages are not sent' })
  @Answers(200, journeyStatus, 'It is archived.', { ...STATUS, state: 'archived' })
  @Refuses(404, 'There is no such journey.')
  archive(@ShopId() shopId: string, @Param('key', KEY) key: string): Promise<JourneyStatus> {
    return this.states.archive(shopId, key);
  }
}

/** YAML arrives as text, JSON parsed. */
function documentOf(body: unknown): JourneyDocument {
  const read = typeof body === 'string' ? parseJourneyText(body, 'yaml') : readJourney(body);
  if ('document' in read) return read.document;
  const count = read.faults.length === 1 ? 'one fault' : `${read.faults.length} faults`;
  throw new PermanentError('journey.invalid', `The journey has ${count}. Correct them and post it again.`, {
    faults: read.faults,
  });
}

function summaryView({ createdAt, updatedAt, ...journey }: JourneySummary): z.input<typeof journeySummary> {
  return { ...journey, createdAt: toIso(createdAt.getTime()), updatedAt: toIso(updatedAt.getTime()) };
}
