import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { AuditTrail } from '../access/audit-trail.port.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { type Suppression, SuppressionList, type SuppressionReason } from './suppression-list.port.js';

/** A closed list: free words could name the person, and the audit log forgets nothing. */
export const LIFT_REASONS = ['works-again', 'by-mistake', 'person-asked'] as const;
export type LiftReason = (typeof LIFT_REASONS)[number];

/** What a shop decides on itself. The rest is the person's own word, which only their own word takes back. */
const OWN_DECISIONS: ReadonlySet<SuppressionReason> = new Set(['bounced', 'soft-bounce', 'manual']);

const REFUSALS: Readonly<Record<Exclude<SuppressionReason, 'bounced' | 'soft-bounce' | 'manual'>, string>> = {
  unsubscribed:
    'The person has unsubscribed. Their own opt-in ends that: tell of it as consent.changed, with its proof.',
  complained: 'The person has complained about a message, which stays so for good.',
  erased: 'The person is erased; an order of theirs allows service messages again.',
};

@Injectable()
export class LiftSuppression {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly list: SuppressionList,
    private readonly audit: AuditTrail,
  ) {}

  /** @throws PermanentError `not_found`; `conflict` where it isn't the shop's to lift */
  run(shopId: string, id: string, reason: LiftReason): Promise<Suppression> {
    return this.uow.inShop(shopId, async (tx) => {
      const suppression = await this.list.find(tx, id);
      if (suppression === null)
        throw new PermanentError(
          'not_found',
          `This shop has no suppression ${id}. GET /api/v1/suppressions?address= finds one by its address.`,
        );
      refuse(suppression.reason);
      await this.list.lift(tx, suppression);
      const changes = { reason, was: suppression.reason };
      await this.audit.note(tx, { action: 'lift', subject: 'suppression', subjectId: id, changes });
      return suppression;
    });
  }
}

function refuse(reason: SuppressionReason): void {
  if (OWN_DECISIONS.has(reason)) return;
  throw new PermanentError('conflict', REFUSALS[reason as keyof typeof REFUSALS]);
}
