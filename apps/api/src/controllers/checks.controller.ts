import { Body, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation } from '@nestjs/swagger';
import { CheckJourney, parseJourneyText, readJourney } from '#app/application';
import { journeyCheck } from '#app/contracts';
import { type JourneyDocument, PermanentError } from '#app/domain';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Needs } from '../access/needs.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';
import { findingView } from '../http/finding-view.js';

@ApiController('/journeys', 'Journeys', 'journeys')
export class ChecksController {
  constructor(private readonly check: CheckJourney) {}

  @Post('check')
  @Needs('journeys:read')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Check a journey without saving it',
    description:
      'JSON or YAML. Made-up people are played through the document, together with the journeys that are live; each finding comes with the story that shows it.',
  })
  @ApiConsumes('application/json', 'application/yaml')
  @ApiBody({ schema: { type: 'object', description: 'A journey document, see /api/v1/journey.schema.json.' } })
  @Answers(200, journeyCheck, 'What was found; nothing when `findings` is empty.')
  @Refuses(422, 'The document has faults, so that there is nothing to play; `errors` names the place of each.')
  async run(@ShopId() shopId: string, @Body() body: unknown): Promise<z.input<typeof journeyCheck>> {
    const { key, findings } = await this.check.run(shopId, documentOf(body));
    const publishable = findings.every(({ severity }) => severity !== 'error');
    return { key, publishable, findings: findings.map(findingView) };
  }
}

/** YAML arrives as text, JSON parsed. */
function documentOf(body: unknown): JourneyDocument {
  const read = typeof body === 'string' ? parseJourneyText(body, 'yaml') : readJourney(body);
  if ('document' in read) return read.document;
  const count = read.faults.length === 1 ? 'one fault' : `${read.faults.length} faults`;
  throw new PermanentError('journey.invalid', `The journey has ${count}. Correct them and check it again.`, {
    faults: read.faults,
  });
}
