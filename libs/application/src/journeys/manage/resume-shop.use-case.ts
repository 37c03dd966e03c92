import { Injectable } from '@nestjs/common';
import { OperateShop } from '../../ops/operate-shop.use-case.js';
import { UnitOfWork } from '../../ports/unit-of-work.port.js';
import { ChangeJourneyState } from './change-journey-state.use-case.js';
import { JourneyStore } from './journey-store.port.js';
import { type ResumedJourney, ResumeJourney, type ResumeOptions } from './resume-journey.use-case.js';

/**
 * Ends the pause of a shop with a choice for what fell due: each live journey is paused before the shop runs again, so that nothing
 * rings in between. When the process dies on the way, journeys stay paused and are resumed one by one.
 */
@Injectable()
export class ResumeShop {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly journeys: JourneyStore,
    private readonly states: ChangeJourneyState,
    private readonly resumption: ResumeJourney,
    private readonly shop: OperateShop,
  ) {}

  async run(shopId: string, options: ResumeOptions): Promise<ResumedJourney[]> {
    const all = await this.unitOfWork.inShop(shopId, (tx) => this.journeys.list(tx));
    const live = all.filter(({ state }) => state === 'live').map(({ key }) => key);
    for (const key of live) await this.states.pause(shopId, key);
    await this.shop.resume(shopId);
    const resumed: ResumedJourney[] = [];
    for (const key of live) resumed.push(await this.resumption.run(shopId, key, options));
    return resumed;
  }
}
