import { Injectable } from '@nestjs/common';
import { type IsoInstant, PermanentError } from '#app/domain';
import { AuditTrail } from '../access/audit-trail.port.js';
import { UnaskedOptIns } from '../consent/unasked-opt-ins.js';
import { HintPort, QUEUE_NAMES } from '../ports/hint.port.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { type OverviewView, type PauseScope, ShopOperations } from './shop-operations.repository.js';

@Injectable()
export class OperateShop {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly operations: ShopOperations,
    private readonly hints: HintPort,
    private readonly audit: AuditTrail,
    private readonly optIns: UnaskedOptIns,
  ) {}

  overview(shopId: string): Promise<OverviewView> {
    return this.unitOfWork.inShop(shopId, async (tx) => ({
      ...(await this.operations.overview(tx)),
      unaskedOptIns: await this.optIns.media(tx),
    }));
  }

  /** Everything of the shop stands still, or its journeys alone; webhooks are stored all the same. */
  async pause(shopId: string, scope: PauseScope): Promise<IsoInstant> {
    const since = await this.unitOfWork.inShop(shopId, (tx) => this.operations.pause(tx, scope));
    if (scope === 'journeys') this.hints.hint('intake');
    return since;
  }

  async resume(shopId: string): Promise<void> {
    await this.unitOfWork.inShop(shopId, (tx) => this.operations.resume(tx));
    for (const queue of QUEUE_NAMES) this.hints.hint(queue);
  }

  /** Takes a stored event again from the start. What it led to before isn't done twice. */
  async replay(shopId: string, eventId: string): Promise<void> {
    const outcome = await this.unitOfWork.inShop(shopId, async (tx) => {
      const replayed = await this.operations.replay(tx, eventId);
      if (replayed === 'replayed')
        await this.audit.note(tx, { action: 'replay', subject: 'event', subjectId: eventId });
      return replayed;
    });
    if (outcome === null)
      throw new PermanentError(
        'not_found',
        `This shop has no stored event ${eventId}. The timeline of a customer names them.`,
      );
    if (outcome === 'dead')
      throw new PermanentError('conflict', `Event ${eventId} was set aside as faulty. Retry its dead letter instead.`);
    if (outcome === 'not_done')
      throw new PermanentError('conflict', `Event ${eventId} has not been worked on yet. It needs no replay.`);
    this.hints.hint('intake');
  }
}
