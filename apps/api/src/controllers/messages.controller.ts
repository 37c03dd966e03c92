import { Body, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { type MessageView, type Page, ReadMessages, SettleUnknown } from '#app/application';
import { idParam, messageDocument, messageList, messageQuery, messageSettlement } from '#app/contracts';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Needs } from '../access/needs.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';
import { answerPage, pageRequestOf } from '../http/cursor.js';
import { OnceByKey } from '../http/once.interceptor.js';

@ApiController('/messages', 'Messages', 'messages')
export class MessagesController {
  constructor(
    private readonly messages: ReadMessages,
    private readonly unknown: SettleUnknown,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Messages, in the order in which they were planned' })
  @Answers(200, messageList, 'A page of messages.')
  async list(
    @ShopId() shopId: string,
    @Query({ schema: messageQuery }) { cursor, limit, ...filter }: z.output<typeof messageQuery>,
  ): Promise<Page<MessageView>> {
    return answerPage(await this.messages.list(shopId, filter, pageRequestOf({ cursor, limit })), (message) => message);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One message, with its content once it was rendered' })
  @Answers(200, messageDocument, 'The message.')
  @Refuses(404, 'There is no such message.')
  read(@ShopId() shopId: string, @Param('id', { schema: idParam }) id: string): Promise<MessageView> {
    return this.messages.get(shopId, id);
  }

  @Post(':id/settle')
  @OnceByKey()
  @Needs('messages:settle')
  @HttpCode(200)
  @ApiOperation({ summary: 'Decide what became of a message in state unknown' })
  @Answers(200, messageDocument, 'The message as it is now.')
  @Refuses(404, 'There is no such message.')
  @Refuses(409, 'It is not unknown.')
  settle(
    @ShopId() shopId: string,
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: messageSettlement }) { outcome, note }: z.output<typeof messageSettlement>,
  ): Promise<MessageView> {
    return this.unknown.run(shopId, id, outcome, note);
  }
}
