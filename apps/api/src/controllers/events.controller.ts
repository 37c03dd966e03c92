import { Body, Post, Res } from '@nestjs/common';
import { ApiBody, ApiOperation } from '@nestjs/swagger';
import { type SubmittedEvent, SubmitEvents } from '#app/application';
import { eventAnswer, eventBatchAnswer } from '#app/contracts';
import { PermanentError } from '#app/domain';
import type { FastifyReply } from 'fastify';
import { ShopId } from '../access/caller.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';

const ACCEPTED = 202;
const OK = 200;

const EVENT = {
  id: 'order-1001-placed',
  type: 'order.placed',
  occurredAt: '2026-01-31T09:30:00Z',
  customer: { externalId: '77', email: 'ada@example.com' },
  order: { externalId: '1001' },
  data: { name: '#1001', total: { amount: '49.90', currency: 'EUR' }, lines: [{ id: '1', title: 'Mug', quantity: 2 }] },
};
const ANSWER = { id: EVENT.id, status: 'accepted', eventId: '0199c0de-0000-7000-8000-000000000003' };
const EVENT_SCHEMA = { $ref: '#/components/schemas/Event' };

@ApiController('/events', 'Events', 'events')
export class EventsController {
  constructor(private readonly events: SubmitEvents) {}

  @Post()
  @ApiOperation({
    summary: 'Tell what happened: one event, or a list of up to 500',
    description:
      'A list is answered item by item; a faulty one does not hold up the others. The same id again does nothing.',
  })
  @ApiBody({
    schema: { oneOf: [EVENT_SCHEMA, { type: 'array', items: EVENT_SCHEMA, minItems: 1, maxItems: 500 }] },
    examples: { one: { value: EVENT } },
  })
  @Answers(ACCEPTED, eventAnswer.or(eventBatchAnswer), 'Stored. A list: see the status of each item.', ANSWER)
  @Answers(OK, eventAnswer, 'It was stored before.', { ...ANSWER, status: 'duplicate' })
  @Refuses(409, 'The id was used for another event.')
  @Refuses(422, 'The event has faults.')
  async submit(
    @ShopId() shopId: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SubmittedEvent | { items: SubmittedEvent[] }> {
    void reply.code(ACCEPTED);
    if (Array.isArray(body)) return { items: await this.events.submit(shopId, body) };
    const [answer] = await this.events.submit(shopId, [body]);
    if (answer === undefined) throw new PermanentError('internal', 'The event got no answer.');
    refuseFaulty(answer);
    if (answer.status === 'duplicate') void reply.code(OK);
    return answer;
  }
}

function refuseFaulty({ id, status, errors = [] }: SubmittedEvent): void {
  if (status === 'invalid') {
    throw new PermanentError('event.invalid', 'The event was not stored. Mend what `errors` names and send it again.', {
      faults: errors,
    });
  }
  if (status === 'conflict') {
    throw new PermanentError(
      'event.conflict',
      `The id "${id}" was used for another event. Give each event an id of its own.`,
    );
  }
}
