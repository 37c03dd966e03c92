import { Injectable } from '@nestjs/common';
import { expandPartials, PermanentError } from '#app/domain';
import { TemplateEngine } from '../delivery/template-engine.port.js';
import { CheckJourney, refuseErrors } from '../journeys/manage/check-journey.use-case.js';
import { PlanEntries } from '../journeys/entries/plan-entries.js';
import { ChangeJourneyState } from '../journeys/manage/change-journey-state.use-case.js';
import { JourneyStore, type ShopJourney } from '../journeys/manage/journey-store.port.js';
import { KEEP_ALL } from '../journeys/manage/migration-plan.js';
import { PublicationStore } from '../journeys/manage/publication-store.port.js';
import { SaveDraft } from '../journeys/manage/save-draft.use-case.js';
import { HintPort, type QueueName } from '../ports/hint.port.js';
import { IdPort } from '../ports/id.port.js';
import { SecretPort } from '../ports/secret.port.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import { type CodeChange, type CodeOptions, compareCode, isWork } from './compare-code.js';
import type { CodeJourney } from './read-code.js';
import type { CodeMigrations } from './read-migrations.js';
import { CompiledOnce } from './compiled-once.js';
import { fingerprintsOf, type Remembered } from './remembered.js';

export interface ApplyOptions extends CodeOptions {
  /** Overwrite what was changed in the shop since the folder saw it. */
  readonly force: boolean;
  /** What runs of earlier versions are to do; the publications keep it, nothing is done to the runs here. */
  readonly migrations: CodeMigrations;
}

export interface AppliedChange {
  readonly key: string;
  readonly deed: 'saved' | 'published' | 'archived';
  readonly version: number;
}

export interface AppliedCode {
  readonly done: readonly AppliedChange[];
  /** Of every journey of the folder, as they stand now. */
  readonly remembered: Remembered;
}

interface Stage {
  readonly tx: Transaction;
  readonly shopId: string;
  readonly templates: TemplateEngine;
  readonly hints: HintPort;
  readonly publish: boolean;
  readonly migrations: CodeMigrations;
}

/** Hints are kept until the commit. */
class KeptHints extends HintPort {
  readonly queues = new Set<QueueName>();

  hint(queue: QueueName): void {
    this.queues.add(queue);
  }
}

/**
 * Makes the journeys of a folder the shop's: all drafts, publications and archivings in one transaction, or nothing. Runs under way
 * stay on the versions they entered, see `MigrateCode`.
 */
@Injectable()
export class ApplyCode {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly journeys: JourneyStore,
    private readonly publications: PublicationStore,
    private readonly templates: TemplateEngine,
    private readonly secrets: SecretPort,
    private readonly ids: IdPort,
    private readonly hints: HintPort,
    private readonly checks: CheckJourney,
    private readonly entries: PlanEntries,
  ) {}

  /**
   * @throws PermanentError `conflict` when a journey that would be overwritten was changed in the shop since, `journey.invalid` for a
   *   faulty one
   */
  async run(
    shopId: string,
    code: readonly CodeJourney[],
    remembered: Remembered,
    options: ApplyOptions,
  ): Promise<AppliedCode> {
    const ahead = await this.workAhead(shopId, code, remembered, options);
    const templates = await this.compileAhead(ahead);
    if (options.publish) await this.checkAhead(shopId, ahead);
    const hints = new KeptHints();
    const keys = [...new Set([...code.map(({ document }) => document.key), ...Object.keys(remembered)])];
    const applied = await this.unitOfWork.together(shopId, async (tx) => {
      for (const key of keys.toSorted()) await this.journeys.lockForChange(tx, key);
      const before = await this.journeys.current(tx);
      const work = compareCode(code, before, remembered, this.secrets).filter((change) => isWork(change, options));
      if (!options.force) refuseDrift(work);
      const { publish, migrations } = options;
      const stage: Stage = { tx, shopId, templates, hints, publish, migrations };
      const done: AppliedChange[] = [];
      for (const change of work) done.push(await this.perform(stage, change));
      const after = await this.journeys.current(tx);
      return { done, remembered: this.remember(code, after, remembered, done) };
    });
    for (const queue of hints.queues) this.hints.hint(queue);
    return applied;
  }

  /** As far as can be seen before the journeys are locked. */
  private async workAhead(
    shopId: string,
    code: readonly CodeJourney[],
    remembered: Remembered,
    options: ApplyOptions,
  ): Promise<CodeChange[]> {
    const shop = await this.unitOfWork.inShop(shopId, (tx) => this.journeys.current(tx));
    return compareCode(code, shop, remembered, this.secrets).filter((change) => isWork(change, options));
  }

  /** MJML takes long: nobody should wait for it behind our locks. */
  private async compileAhead(work: readonly CodeChange[]): Promise<TemplateEngine> {
    const templates = new CompiledOnce(this.templates);
    for (const { journey } of work)
      for (const locales of Object.values(journey ? expandPartials(journey.document).templates : {}))
        for (const source of Object.values(locales)) await templates.compile(source);
    return templates;
  }

  private async checkAhead(shopId: string, work: readonly CodeChange[]): Promise<void> {
    const documents = work.flatMap(({ journey, state }) => (journey && state !== 'paused' ? journey.document : []));
    for (const [key, findings] of await this.checks.together(shopId, documents)) refuseErrors(key, findings);
  }

  private async perform(stage: Stage, { key, kind, journey, state }: CodeChange): Promise<AppliedChange> {
    const { tx, shopId, templates, hints, publish } = stage;
    const states = new ChangeJourneyState(this.unitOfWork, this.journeys, hints, this.checks, this.entries);
    if (!journey) return { key, deed: 'archived', version: (await states.archive(shopId, key)).version };
    const drafts = new SaveDraft(this.unitOfWork, this.journeys, templates, this.secrets, this.ids);
    const saved = kind === 'draft' ? null : await drafts.run(shopId, journey.document, { onlyIfChanged: true });
    if (saved && (!publish || state === 'paused')) return { key, deed: 'saved', version: saved.version };
    const published = await states.goLive(shopId, key, async (_tx, { id: journeyId, liveVersionId }, latest) => {
      const plan = stage.migrations.get(key)?.plan ?? KEEP_ALL;
      await this.publications.record(tx, { journeyId, fromVersionId: liveVersionId, toVersionId: latest.id, plan });
    });
    return { key, deed: 'published', version: published.version };
  }

  /** What was applied is known, and what is the same on both sides; a version that was only made in the shop stays unseen. */
  private remember(
    code: readonly CodeJourney[],
    shop: readonly ShopJourney[],
    before: Remembered,
    done: readonly AppliedChange[],
  ): Remembered {
    const own = new Map(
      code.map(({ document }) => [
        document.key,
        fingerprintsOf({ document, latest: document }, this.secrets)[0] as string,
      ]),
    );
    const applied = new Set(done.map(({ key }) => key));
    const entries = shop
      .filter(({ key, state }) => state !== 'archived' && (own.has(key) || Object.hasOwn(before, key)))
      .map((journey): [string, readonly string[]] => {
        const { key } = journey;
        const seen = Object.hasOwn(before, key) ? (before[key] ?? []) : [];
        const isKnown = (print: string): boolean => applied.has(key) || print === own.get(key) || seen.includes(print);
        const prints = fingerprintsOf(journey, this.secrets).filter(isKnown);
        return [key, prints.length > 0 ? prints : seen];
      });
    return Object.fromEntries(entries);
  }
}

function refuseDrift(work: readonly CodeChange[]): void {
  const drifted = work.filter(({ isDrifted }) => isDrifted).map(({ key }) => key);
  if (drifted.length === 0) return;
  throw new PermanentError(
    'conflict',
    `Changed in the shop since the folder was pulled: ${drifted.join(', ')}. Nothing was applied. Pull and merge, or overwrite them with --force.`,
  );
}
