import { Injectable } from '@nestjs/common';
import { AfterglowError, compileJourney, type Fault } from '#app/domain';
import { stepKinds } from '#app/steps';
import { inPages } from '../journeys/manage/decide-on-runs.js';
import { JourneyStore, type ShopJourney } from '../journeys/manage/journey-store.port.js';
import { checkMigration, KEEP_ALL, type MigrationPlan, migrationOf } from '../journeys/manage/migration-plan.js';
import { PublicationStore } from '../journeys/manage/publication-store.port.js';
import { nothingTaken, type TakeOver, TakeRunsOver } from '../journeys/manage/take-runs-over.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import type { CodeChange } from './compare-code.js';
import { canonicalJourney } from './journey-text.js';
import { type CodeFault, type CodeJourney, placed } from './read-code.js';
import type { CodeMigration, CodeMigrations } from './read-migrations.js';

/** Runs that wait at one step of an earlier version than the file's, and what becomes of them. */
export interface WaitingRuns {
  readonly key: string;
  readonly version: number;
  readonly step: string;
  readonly runs: number;
  readonly fate: 'keep' | 'exit' | 'retime' | 'move';
  /** The step of the new version that they are moved to. */
  readonly to: string | null;
}

/** What a folder says of runs under way: shows it, and does it to those of journeys that are live as their files have them. */
@Injectable()
export class MigrateCode {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly journeys: JourneyStore,
    private readonly publications: PublicationStore,
    private readonly runs: TakeRunsOver,
  ) {}

  /** By journey, version and step; of journeys that are paused, new or only in the shop there is nothing to say. */
  waiting(shopId: string, changes: readonly CodeChange[], migrations: CodeMigrations): Promise<WaitingRuns[]> {
    return this.unitOfWork.inShop(shopId, async (tx) => {
      const found: WaitingRuns[] = [];
      const shop = new Map((await this.journeys.current(tx)).map((journey) => [journey.key, journey]));
      for (const { key, kind, state } of changes) {
        const there = shop.get(key);
        const journey = await this.journeys.find(tx, key);
        if (!there || !journey || state !== 'live' || kind === 'missing') continue;
        const plan = migrations.get(key)?.plan ?? KEEP_ALL;
        const others = (await this.publications.waiting(tx, journey.id)).filter(
          ({ version }) => version !== versionOf(kind, there),
        );
        for (const { version, step, runs } of others) found.push({ key, version, step, runs, ...fateOf(plan, step) });
      }
      return found;
    });
  }

  /** What was taken over, by journey. When the process dies in between, the same call goes on with the runs that are left. */
  async run(
    shopId: string,
    code: readonly CodeJourney[],
    migrations: CodeMigrations,
  ): Promise<{ readonly key: string; readonly runs: TakeOver }[]> {
    const taken: { key: string; runs: TakeOver }[] = [];
    for (const { document } of code) {
      const { key } = document;
      const plan = migrations.get(key)?.plan;
      const publication = plan && (await this.publicationOf(shopId, canonicalJourney(document), key));
      if (!plan || !publication) continue;
      const runs = nothingTaken();
      await inPages(this.unitOfWork, shopId, (tx, after) => this.runs.page(tx, { ...publication, plan }, after, runs));
      if (runs.moved + runs.retimed + runs.exited > 0) taken.push({ key, runs });
    }
    return taken;
  }

  /** The one that made the file's journey live; null where another version is. */
  private publicationOf(shopId: string, text: string, key: string) {
    return this.unitOfWork.inShop(shopId, async (tx) => {
      const there = (await this.journeys.current(tx)).find((journey) => journey.key === key);
      const journey = await this.journeys.find(tx, key);
      if (!there || journey?.state !== 'live' || canonicalJourney(there.document) !== text) return null;
      const publication = await this.publications.latest(tx, journey.id);
      return publication?.toVersionId === journey.liveVersionId ? publication : null;
    });
  }
}

/** What is wrong with a migration for this journey, with the place in the migration's file. */
export function migrationFaults({ file, plan }: CodeMigration, { document }: CodeJourney): CodeFault[] {
  const result = compileJourney(document, stepKinds);
  if ('faults' in result) return [];
  try {
    checkMigration(plan, result.plan);
    return [];
  } catch (error) {
    if (!(error instanceof AfterglowError)) throw error;
    const inFile = (fault: Fault): Fault => ({ ...fault, pointer: fault.pointer.replace(/^\/migration/, '') });
    return placed(file, error.faults.map(inFile));
  }
}

function fateOf(plan: MigrationPlan, step: string): Pick<WaitingRuns, 'fate' | 'to'> {
  const migration = migrationOf(plan, step);
  return { fate: migration?.action ?? 'keep', to: migration?.action === 'move' ? migration.to : null };
}

/** Number of the version that the file is, or null for one that isn't stored yet. */
function versionOf(kind: CodeChange['kind'], { liveVersion, latestVersion }: ShopJourney): number | null {
  if (kind === 'unchanged') return liveVersion;
  return kind === 'draft' ? latestVersion : null;
}
