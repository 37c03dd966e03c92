import { Get, Param, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { type Funnel, type FunnelQuery, type FunnelStep, ReadFunnel } from '#app/application';
import { funnelDocument, funnelPeople, funnelPeopleQuery, funnelQuery, journeyKeyParam } from '#app/contracts';
import { toIso } from '#app/domain';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Needs } from '../access/needs.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';

const KEY = { schema: journeyKeyParam };
const PEOPLE = '/api/v1/journeys/thanks/funnel/people?step=say';
const EXAMPLE = {
  journey: 'thanks',
  version: null,
  steps: [
    {
      step: 'say',
      kind: 'send',
      entered: 12,
      sent: 9,
      passed: 0,
      heldOut: 1,
      skipped: { 'no-address': 1 },
      failed: {},
      waiting: { queued: 1 },
      exited: {},
      links: {
        entered: PEOPLE,
        sent: `${PEOPLE}&state=sent`,
        passed: `${PEOPLE}&state=passed`,
        heldOut: `${PEOPLE}&state=heldOut`,
        skipped: { 'no-address': `${PEOPLE}&state=skipped&reason=no-address` },
        failed: {},
        waiting: { queued: `${PEOPLE}&state=waiting&reason=queued` },
        exited: {},
      },
    },
  ],
};

@ApiController('/journeys', 'Journeys', 'journeys')
export class FunnelController {
  constructor(private readonly funnels: ReadFunnel) {}

  @Get(':key/funnel')
  @ApiOperation({
    summary: 'What became of everybody at each step',
    description: 'Counted in visits: one entry of one run into one step. `entered` is the sum of all the other counts.',
  })
  @Answers(200, funnelDocument, 'The steps, in the order of the journey.', EXAMPLE)
  @Refuses(404, 'There is no such journey or version.')
  @Refuses(422, 'The window or the version is not understood.')
  async read(
    @ShopId() shopId: string,
    @Param('key', KEY) key: string,
    @Query({ schema: funnelQuery }) query: z.output<typeof funnelQuery>,
  ): Promise<z.input<typeof funnelDocument>> {
    const funnel = await this.funnels.run(shopId, key, query);
    return { ...funnel, steps: funnel.steps.map((step) => ({ ...step, links: linksOf(funnel, step, query) })) };
  }

  @Get(':key/funnel/people')
  @Needs('customers:read')
  @ApiOperation({ summary: 'The people behind a count of the funnel, in the order in which their runs started' })
  @Answers(200, funnelPeople, 'A page of visits.')
  @Refuses(404, 'There is no such journey, version or step.')
  @Refuses(422, 'The window, the version, the state or the cursor is not understood.')
  async people(
    @ShopId() shopId: string,
    @Param('key', KEY) key: string,
    @Query({ schema: funnelPeopleQuery }) { cursor, limit, ...query }: z.output<typeof funnelPeopleQuery>,
  ): Promise<z.input<typeof funnelPeople>> {
    const { items, next } = await this.funnels.people(shopId, key, query, { cursor: cursor ?? null, limit });
    return {
      items: items.map(({ customerId, runId, at, ...visit }) => ({
        ...visit,
        customer: customerId,
        run: runId,
        at: toIso(at),
      })),
      next,
    };
  }
}

function linksOf({ journey }: Funnel, step: FunnelStep, query: FunnelQuery) {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  const link = (state?: string, reason?: string): string => {
    const asked = { step: step.step, ...(state ? { state } : {}), ...(reason ? { reason } : {}) };
    const parameters = new URLSearchParams([...Object.entries(asked), ...given] as [string, string][]);
    return `/api/v1/journeys/${journey}/funnel/people?${parameters.toString()}`;
  };
  const byReason = (state: 'skipped' | 'failed' | 'waiting' | 'exited'): Record<string, string> =>
    Object.fromEntries(Object.keys(step[state]).map((reason) => [reason, link(state, reason)]));
  return {
    entered: link(),
    sent: link('sent'),
    passed: link('passed'),
    heldOut: link('heldOut'),
    skipped: byReason('skipped'),
    failed: byReason('failed'),
    waiting: byReason('waiting'),
    exited: byReason('exited'),
  };
}
