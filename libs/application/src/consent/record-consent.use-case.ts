import { Injectable } from '@nestjs/common';
import { addressOf, type ConsentChange, type Instant, isErased, type Medium, PermanentError } from '#app/domain';
import { AuditTrail } from '../access/audit-trail.port.js';
import { FactsStore } from '../facts/facts-store.port.js';
import { HintPort } from '../ports/hint.port.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { ConsentStore } from './consent-store.port.js';
import { StateConsent } from './state-consent.js';

export interface RecordedConsent extends Omit<ConsentChange, 'proof' | 'level'> {
  readonly channel: Medium;
  readonly state: 'opted_in' | 'opted_out';
  /** How the shop can show it, such as the form that was signed or the letter that came. */
  readonly proof: string;
  /** When it was said; null: now. */
  readonly at: Instant | null;
}

/** Records by hand what somebody said of consent elsewhere: on paper, by telephone, to support. In force when it returns. */
@Injectable()
export class RecordConsent {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly facts: FactsStore,
    private readonly store: ConsentStore,
    private readonly consents: StateConsent,
    private readonly audit: AuditTrail,
    private readonly hints: HintPort,
  ) {}

  /** @throws PermanentError `not_found`, `validation`, `conflict` */
  async run(shopId: string, id: string, { at, ...said }: RecordedConsent): Promise<void> {
    await this.uow.inShop(shopId, async (tx) => {
      await this.facts.lockIntake(tx);
      const person = await this.store.person(tx, id, true);
      if (!person)
        throw new PermanentError(
          'not_found',
          `This shop has no customer ${id}. GET /api/v1/customers?email= finds one by address.`,
        );
      const { customerId, customer, now } = person;
      if (isErased(customer))
        throw new PermanentError('conflict', 'This person is erased: nothing can be recorded of them any more.');
      if (addressOf(customer, said.channel) === null)
        throw new PermanentError(
          'conflict',
          `Nothing is known to reach this person by ${said.channel}. Tell it with a customer.updated event first.`,
        );
      if (at !== null && at > now) throw inTheFuture();
      const speaker = { shopId, customerId, customer, at: at ?? now, kind: 'api' as const };
      await this.consents.run(tx, speaker, [{ ...said, level: 'confirmed' }]);
      const { channel, state, classes } = said;
      const changes = { channel, state, ...(classes && { classes }) };
      await this.audit.note(tx, { action: 'consent', subject: 'customer', subjectId: customerId, changes });
    });
    this.hints.hint('intake');
  }
}

function inTheFuture(): PermanentError {
  const message = 'is in the future; write when it was said, or leave it out for now';
  return new PermanentError('validation', `The time "at" ${message}.`, {
    faults: [{ pointer: '/at', code: 'future', message }],
  });
}
