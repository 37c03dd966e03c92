import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { UnitOfWork } from '../../ports/unit-of-work.port.js';
import { JourneyStore, type JourneySummary, type VersionSummary } from './journey-store.port.js';

export interface JourneyWithVersions extends JourneySummary {
  /** Newest first. */
  readonly versions: readonly VersionSummary[];
}

/** Lists journeys and shows one with its versions. */
@Injectable()
export class ReadJourneys {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly journeys: JourneyStore,
  ) {}

  list(shopId: string): Promise<JourneySummary[]> {
    return this.unitOfWork.inShop(shopId, (tx) => this.journeys.list(tx));
  }

  get(shopId: string, key: string): Promise<JourneyWithVersions> {
    return this.unitOfWork.inShop(shopId, async (tx) => {
      const summary = await this.journeys.summary(tx, key);
      if (!summary) throw new PermanentError('not_found', `There is no journey "${key}".`);
      return { ...summary, versions: await this.journeys.versions(tx, key) };
    });
  }
}
