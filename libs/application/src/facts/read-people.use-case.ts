import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import type { Page, PageRequest } from '../ports/page.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { type CustomerRecord, type OrderRecord, PeopleDirectory } from './people-directory.port.js';
import { type TimelinePage, TimelineReader } from './timeline-reader.port.js';

/** Shows customers, their orders and their timelines. */
@Injectable()
export class ReadPeople {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly people: PeopleDirectory,
    private readonly timelines: TimelineReader,
  ) {}

  customers(shopId: string, email: string | undefined, page: PageRequest): Promise<Page<CustomerRecord>> {
    return this.unitOfWork.inShop(shopId, (tx) => this.people.customers(tx, { email }, page));
  }

  async customer(shopId: string, id: string): Promise<CustomerRecord> {
    const customer = await this.unitOfWork.inShop(shopId, (tx) => this.people.customer(tx, id));
    if (customer === null) throw noCustomer(id);
    return customer;
  }

  timeline(
    shopId: string,
    id: string,
    page: { readonly cursor: string | null; readonly limit: number },
  ): Promise<TimelinePage> {
    return this.unitOfWork.inShop(shopId, async (tx) => {
      if ((await this.people.customer(tx, id)) === null) throw noCustomer(id);
      return this.timelines.timeline(tx, id, page);
    });
  }

  orders(
    shopId: string,
    filter: { readonly externalId?: string | undefined; readonly customerId?: string | undefined },
    page: PageRequest,
  ): Promise<Page<OrderRecord>> {
    return this.unitOfWork.inShop(shopId, (tx) => this.people.orders(tx, filter, page));
  }

  async order(shopId: string, id: string): Promise<OrderRecord> {
    const order = await this.unitOfWork.inShop(shopId, (tx) => this.people.order(tx, id));
    if (order === null)
      throw new PermanentError(
        'not_found',
        `This shop has no order ${id}. GET /api/v1/orders?externalId= finds it by the sender's id.`,
      );
    return order;
  }
}

function noCustomer(id: string): PermanentError {
  return new PermanentError(
    'not_found',
    `This shop has no customer ${id}. GET /api/v1/customers?email= finds one by address.`,
  );
}
