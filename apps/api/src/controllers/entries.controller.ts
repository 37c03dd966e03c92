import { Body, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { type AskedEntry, type EntryAnswer, RequestEntries } from '#app/application';
import { entryAnswer, entryBatchAnswer, entryRequest, journeyKeyParam } from '#app/contracts';
import type { Json } from '#app/domain';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Needs } from '../access/needs.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';
import { OnceByKey } from '../http/once.interceptor.js';

type Asked = z.output<typeof entryRequest>;
type Answer = z.input<typeof entryAnswer>;

const RUN = '0199c0de-0000-7000-8000-000000000004';

@ApiController('/journeys', 'Journeys', 'journeys')
export class EntriesController {
  constructor(private readonly entries: RequestEntries) {}

  @Post(':key/entries')
  @OnceByKey()
  @Needs('journeys:enter')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Let people into a journey: one, or a list of up to 1,000',
    description:
      'For live journeys whose trigger is api. People must be known; audience and entry rules decide as on an event, and the answer says why somebody did not enter. The same call again meets the entry keys that it has used.',
  })
  @Answers(200, entryAnswer.or(entryBatchAnswer), 'What became of each.', { status: 'entered', run: RUN })
  @Refuses(404, 'There is no such journey.')
  @Refuses(409, 'It is not live, or begins by something else.')
  async enter(
    @ShopId() shopId: string,
    @Param('key', { schema: journeyKeyParam }) key: string,
    @Body({ schema: entryRequest }) asked: Asked,
  ): Promise<Answer | z.input<typeof entryBatchAnswer>> {
    const list = Array.isArray(asked) ? asked : [asked];
    const items = (await this.entries.run(shopId, key, list.map(entryOf))).map(viewOf);
    if (!Array.isArray(asked) && items[0]) return items[0];
    const entered = items.filter(({ status }) => status === 'entered').length;
    return { entered, refused: items.length - entered, items };
  }
}

function entryOf({ customer, order, key, data = {} }: Exclude<Asked, readonly unknown[]>): AskedEntry {
  return { customer, order: order?.externalId, key, data: data as { [field: string]: Json } };
}

function viewOf(answer: EntryAnswer): Answer {
  if (answer.status === 'entered') return answer;
  const { status, reason, detail } = answer;
  return { status, reason, ...(detail === null ? {} : { detail }) };
}
