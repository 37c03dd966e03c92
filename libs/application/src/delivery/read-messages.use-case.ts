import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import type { Page, PageRequest } from '../ports/page.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { type MessageFilter, MessageReader, type MessageView } from './message-reader.port.js';

/** Shows messages and what came of them. */
@Injectable()
export class ReadMessages {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly messages: MessageReader,
  ) {}

  list(shopId: string, filter: MessageFilter, page: PageRequest): Promise<Page<MessageView>> {
    return this.unitOfWork.inShop(shopId, (tx) => this.messages.list(tx, filter, page));
  }

  async get(shopId: string, id: string): Promise<MessageView> {
    const message = await this.unitOfWork.inShop(shopId, (tx) => this.messages.find(tx, id));
    if (message === undefined)
      throw new PermanentError('not_found', `This shop has no message ${id}. GET /api/v1/messages lists them.`);
    return message;
  }
}
