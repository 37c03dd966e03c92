import { Get, Param, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { type CustomerRecord, ReadPeople } from '#app/application';
import {
  customerDocument,
  customerList,
  customerQuery,
  idParam,
  pageQuery,
  type PageQuery,
  timelineItem,
  timelineList,
} from '#app/contracts';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';
import { answerPage, pageRequestOf } from '../http/cursor.js';

@ApiController('/customers', 'Customers and orders', 'customers')
export class CustomersController {
  constructor(private readonly people: ReadPeople) {}

  @Get()
  @ApiOperation({ summary: 'Customers, in the order in which they came' })
  @Answers(200, customerList, 'A page of customers.')
  async list(
    @ShopId() shopId: string,
    @Query({ schema: customerQuery }) { email, ...page }: z.output<typeof customerQuery>,
  ): Promise<z.input<typeof customerList>> {
    return answerPage(await this.people.customers(shopId, email, pageRequestOf(page)), customerView);
  }

  @Get(':id')
  @ApiOperation({ summary: 'What is known of a customer' })
  @Answers(200, customerDocument, 'The customer, or the one that this record was merged into.')
  @Refuses(404, 'There is no such customer.')
  async read(
    @ShopId() shopId: string,
    @Param('id', { schema: idParam }) id: string,
  ): Promise<z.input<typeof customerDocument>> {
    return customerView(await this.people.customer(shopId, id));
  }

  @Get(':id/timeline')
  @ApiOperation({ summary: 'Events, messages and runs of a customer, newest first' })
  @Answers(200, timelineList, 'A page of the timeline.')
  @Refuses(404, 'There is no such customer.')
  async timeline(
    @ShopId() shopId: string,
    @Param('id', { schema: idParam }) id: string,
    @Query({ schema: pageQuery }) { cursor, limit }: PageQuery,
  ): Promise<z.input<typeof timelineList>> {
    const { items, next } = await this.people.timeline(shopId, id, { cursor: cursor ?? null, limit });
    return { items: items.map((item): z.input<typeof timelineItem> => ({ ...item })), next };
  }
}

function customerView(customer: CustomerRecord): z.input<typeof customerDocument> {
  const { externalIds, tags, attributes, consents } = customer;
  return {
    ...customer,
    externalIds: [...externalIds],
    tags: [...tags],
    attributes: { ...attributes },
    consents: { ...consents },
  };
}
