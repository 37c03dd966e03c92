import { Get, Param, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ExplainCustomer, type ExplainedRun } from '#app/application';
import { explainQuery, explanation, idParam } from '#app/contracts';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';

const EXAMPLE = {
  customer: '0190a000-0000-7000-8000-000000000001',
  journey: 'review-request',
  version: 1,
  verdict: 'not-entered',
  rules: [
    {
      event: {
        id: '0190a000-0000-7000-8000-000000000002-0',
        type: 'shipment.delivered',
        at: '2026-03-02T15:00:00.000Z',
        receivedAt: '2026-03-02T15:00:04.000Z',
        order: '1001',
      },
      rule: 'audience',
      holds: false,
      facts: { 'order.isGift': true },
      says: 'The audience did not hold: !order.isGift was not true (order.isGift was true).',
    },
  ],
  runs: [],
  next: null,
  says: 'Never entered. The audience did not hold: !order.isGift was not true (order.isGift was true).',
};

@ApiController('/customers', 'Customers and orders', 'customers')
export class ExplainController {
  constructor(private readonly explain: ExplainCustomer) {}

  @Get(':id/explain')
  @ApiOperation({
    summary: 'Why a customer did or did not get a message from a journey',
    description: 'Rules are asked again on the facts that were known when each event was received.',
  })
  @Answers(200, explanation, 'The explanation.', EXAMPLE)
  @Refuses(404, 'There is no such customer or journey.')
  @Refuses(422, 'The journey is missing or no key.')
  async read(
    @ShopId() shopId: string,
    @Param('id', { schema: idParam }) id: string,
    @Query({ schema: explainQuery }) query: z.output<typeof explainQuery>,
  ): Promise<z.input<typeof explanation>> {
    const { rules, runs, ...rest } = await this.explain.run(shopId, id, query);
    return { ...rest, rules: rules.map((rule) => ({ ...rule, facts: { ...rule.facts } })), runs: runs.map(runView) };
  }
}

function runView({ entry, decisions, messages, ...run }: ExplainedRun) {
  return {
    ...run,
    entry: { ...entry },
    decisions: decisions.map((decision) => ({ ...decision, facts: { ...decision.facts } })),
    messages: messages.map(({ verdicts, ...message }) => ({
      ...message,
      verdicts: verdicts.map((verdict) => ({ ...verdict, facts: { ...verdict.facts } })),
    })),
  };
}
