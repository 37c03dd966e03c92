import { Get, Param, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { type OrderRecord, type Page, ReadPeople } from '#app/application';
import { idParam, orderDocument, orderList, orderQuery } from '#app/contracts';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';
import { answerPage, pageRequestOf } from '../http/cursor.js';

@ApiController('/orders', 'Customers and orders', 'customers')
export class OrdersController {
  constructor(private readonly people: ReadPeople) {}

  @Get()
  @ApiOperation({ summary: 'Orders, in the order in which they came' })
  @Answers(200, orderList, 'A page of orders.')
  async list(
    @ShopId() shopId: string,
    @Query({ schema: orderQuery }) { externalId, customer, ...page }: z.output<typeof orderQuery>,
  ): Promise<Page<OrderRecord>> {
    const found = await this.people.orders(shopId, { externalId, customerId: customer }, pageRequestOf(page));
    return answerPage(found, (order) => order);
  }

  @Get(':id')
  @ApiOperation({ summary: 'What is known of an order' })
  @Answers(200, orderDocument, 'The order.')
  @Refuses(404, 'There is no such order.')
  read(@ShopId() shopId: string, @Param('id', { schema: idParam }) id: string): Promise<OrderRecord> {
    return this.people.order(shopId, id);
  }
}
