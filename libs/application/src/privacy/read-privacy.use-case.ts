import { Injectable } from '@nestjs/common';
import { type IsoInstant, type Json, PermanentError, toIso } from '#app/domain';
import { ClockPort } from '../ports/clock.port.js';
import type { Page, PageRequest } from '../ports/page.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { noSuchCustomer } from './erase-customer.use-case.js';
import { type PrivacyFilter, type PrivacyRequest, PrivacyRequests } from './privacy-requests.repository.js';

export interface PersonExport {
  readonly customer: string;
  readonly exportedAt: IsoInstant;
  /** Rows by table, as docs/privacy.md names them. */
  readonly data: Readonly<Record<string, readonly { readonly [column: string]: Json }[]>>;
}

/** Shows what is known of a person, and the requests of people. */
@Injectable()
export class ReadPrivacy {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly requests: PrivacyRequests,
    private readonly clock: ClockPort,
  ) {}

  /** Everything stored of a person. @throws PermanentError `not_found` */
  export(shopId: string, customerId: string): Promise<PersonExport> {
    return this.unitOfWork.inShop(shopId, async (tx) => {
      const person = await this.requests.person(tx, customerId);
      if (person === null) throw noSuchCustomer(customerId);
      const data = await this.requests.everythingOf(tx, person);
      await this.requests.audit(tx, 'export', person.customerId);
      return { customer: person.customerId, exportedAt: toIso(await this.clock.now(tx)), data };
    });
  }

  list(shopId: string, filter: PrivacyFilter, page: PageRequest): Promise<Page<PrivacyRequest>> {
    return this.unitOfWork.inShop(shopId, (tx) => this.requests.list(tx, filter, page));
  }

  /** Closes a request for an export that somebody has answered; an erasure closes by itself. */
  close(shopId: string, id: string): Promise<PrivacyRequest> {
    return this.unitOfWork.inShop(shopId, async (tx) => {
      const request = await this.requests.find(tx, id);
      if (request === null)
        throw new PermanentError(
          'not_found',
          `This shop has no request ${id}. GET /api/v1/privacy/requests lists them.`,
        );
      if (request.kind === 'erase')
        throw new PermanentError('conflict', `Request ${id} is an erasure: it is done when all rows are.`);
      if (request.state === 'done') throw new PermanentError('conflict', `Request ${id} was answered already.`);
      await this.requests.close(tx, id);
      return (await this.requests.find(tx, id)) as PrivacyRequest;
    });
  }
}
