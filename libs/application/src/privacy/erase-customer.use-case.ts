import { Injectable } from '@nestjs/common';
import { type DomainEvent, type Instant, PermanentError, toIso } from '#app/domain';
import { FactsReader } from '../facts/facts.repository.js';
import { FactsStore } from '../facts/facts-store.port.js';
import { JourneyRuntime } from '../journeys/journey-runtime.port.js';
import { ClockPort } from '../ports/clock.port.js';
import { HintPort } from '../ports/hint.port.js';
import { IdPort } from '../ports/id.port.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import { type Asked, BeginErasures } from './begin-erasures.js';
import { type PersonRows, type PrivacyRequest, PrivacyRequests } from './privacy-requests.repository.js';

/** Erases a person on the shop's word. */
@Injectable()
export class EraseCustomer {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly requests: PrivacyRequests,
    private readonly erasures: BeginErasures,
    private readonly intake: FactsStore,
    private readonly facts: FactsReader,
    private readonly journeys: JourneyRuntime,
    private readonly clock: ClockPort,
    private readonly ids: IdPort,
    private readonly hints: HintPort,
  ) {}

  /**
   * When it returns, nobody finds the person any more and nothing is sent to them; the rest of their rows goes within minutes. Asked
   * again it answers with the erasure as it stands.
   * @throws PermanentError `not_found`
   */
  async run(shopId: string, customerId: string, asked: Omit<Asked, 'reference'>): Promise<PrivacyRequest> {
    const request = await this.unitOfWork.inShop(shopId, async (tx) => {
      await this.intake.lockIntake(tx);
      const known = await this.requests.erasureOf(tx, customerId);
      return known ?? (await this.begin(tx, await this.person(tx, customerId), asked));
    });
    this.hints.hint('maintenance');
    return request;
  }

  private async person(tx: Transaction, customerId: string): Promise<PersonRows> {
    const person = await this.requests.person(tx, customerId);
    if (person === null) throw noSuchCustomer(customerId);
    return person;
  }

  private async begin(tx: Transaction, person: PersonRows, asked: Omit<Asked, 'reference'>): Promise<PrivacyRequest> {
    const now = await this.clock.now(tx);
    await this.endRuns(tx, person, now);
    const id = await this.erasures.begin(tx, person, { ...asked, reference: null }, now);
    await this.requests.audit(tx, 'erase', person.customerId);
    return (await this.requests.find(tx, id)) as PrivacyRequest;
  }

  /** Journeys hear of it as they do when a sender tells it. */
  private async endRuns(tx: Transaction, { customerId }: PersonRows, now: Instant): Promise<void> {
    const shop = await this.facts.shop(tx);
    const [found] = await this.facts.snapshots(tx, shop, [{ customerId, orderId: null }]);
    if (!found) return;
    const at = toIso(now);
    const snapshot = { ...found, customer: { ...found.customer, erasedAt: at } };
    const id = `${this.ids.next()}-0`;
    const event: DomainEvent = { id, type: 'customer.redacted', occurredAt: at, receivedAt: at, data: {} };
    await this.journeys.onEvents(tx, shop, now, [{ event, customerId, orderId: null, snapshot }]);
  }
}

export function noSuchCustomer(id: string): PermanentError {
  return new PermanentError(
    'not_found',
    `This shop has no customer ${id}. GET /api/v1/customers?email= finds one by address.`,
  );
}
