import { Injectable } from '@nestjs/common';
import { AfterglowError, compileJourney, expandPartials, type Fault, type Finding } from '#app/domain';
import { stepKinds } from '#app/steps';
import { TemplateEngine } from '../delivery/template-engine.port.js';
import { CheckJourney } from '../journeys/manage/check-journey.use-case.js';
import { JourneyStore, type ShopJourney } from '../journeys/manage/journey-store.port.js';
import { parseJourneyText } from '../journeys/parse-journey.js';
import { SecretPort } from '../ports/secret.port.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { type CodeChange, compareCode } from './compare-code.js';
import { writeJourney } from './journey-text.js';
import { migrationFaults } from './migrate-code.use-case.js';
import { type PulledCode, pullInto } from './pull-code.js';
import { type Code, type CodeFault, type CodeFile, type CodeJourney, placed } from './read-code.js';
import type { CodeMigrations } from './read-migrations.js';
import type { Remembered } from './remembered.js';

export interface CodePlan {
  readonly changes: readonly CodeChange[];
  /** Of every file; with any, nothing may be applied. */
  readonly faults: readonly CodeFault[];
  /** What the checker says of the journeys that are new or changed, or would be published. */
  readonly findings: readonly CodeFinding[];
}

export interface CodeFinding extends CodeFault {
  readonly code: Finding['code'];
  readonly severity: Finding['severity'];
  readonly outcome: string;
}

/** Journeys as files: gives the shop's, and says what those of a folder would change. Writes nothing. */
@Injectable()
export class PlanCode {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly journeys: JourneyStore,
    private readonly templates: TemplateEngine,
    private readonly secrets: SecretPort,
    private readonly checks: CheckJourney,
  ) {}

  /**
   * Every journey that isn't archived, as people enter it now, or its latest draft.
   * @throws PermanentError `conflict` for files that were edited since, unless `force` lets them go
   */
  async pull(
    shopId: string,
    files: readonly CodeFile[],
    remembered: Remembered,
    { force }: { readonly force: boolean },
  ): Promise<PulledCode> {
    const pulled = pullInto(files, await this.read(shopId), remembered, { force, secrets: this.secrets });
    for (const { name, text } of pulled.writes) {
      const read = parseJourneyText(text, 'yaml');
      if ('faults' in read || writeJourney(read.document) !== text)
        throw new AfterglowError('internal', `The journey of ${name} can't be written as YAML without loss.`);
    }
    return pulled;
  }

  async plan(
    shopId: string,
    code: Code,
    remembered: Remembered,
    migrations: CodeMigrations = new Map(),
  ): Promise<CodePlan> {
    const changes = compareCode(code.journeys, await this.read(shopId), remembered, this.secrets);
    const faults = [...code.faults];
    for (const { journey, kind } of changes) {
      if (!journey) continue;
      if (kind === 'new' || kind === 'changed')
        faults.push(...placed(journey.file, await faultsOf(journey, this.templates)));
      const migration = migrations.get(journey.document.key);
      if (migration) faults.push(...migrationFaults(migration, journey));
      if (kind === 'archived') {
        const message = `The shop's journey "${journey.document.key}" is archived. Give this one another key.`;
        faults.push(...placed(journey.file, [{ pointer: '/key', code: 'conflict', message }]));
      }
    }
    return { changes, faults, findings: faults.length > 0 ? [] : await this.check(shopId, changes) };
  }

  private async check(shopId: string, changes: readonly CodeChange[]): Promise<CodeFinding[]> {
    const fresh = changes.flatMap(({ kind, journey }) =>
      journey && (kind === 'new' || kind === 'changed' || kind === 'draft') ? journey : [],
    );
    const found = await this.checks.together(
      shopId,
      fresh.map(({ document }) => document),
    );
    return fresh.flatMap(({ file, document }) =>
      (found.get(document.key) ?? []).flatMap((finding) =>
        placed(file, [finding]).map((place): CodeFinding => {
          const { code, severity, outcome } = finding;
          return { ...place, code, severity, outcome };
        }),
      ),
    );
  }

  private read(shopId: string): Promise<ShopJourney[]> {
    return this.unitOfWork.inShop(shopId, (tx) => this.journeys.current(tx));
  }
}

/** What storing the document would be refused for. */
async function faultsOf({ document }: CodeJourney, templates: TemplateEngine): Promise<Fault[]> {
  const result = compileJourney(document, stepKinds);
  const faults: Fault[] = 'faults' in result ? [...result.faults] : [];
  for (const [name, locales] of Object.entries(expandPartials(document).templates))
    for (const [locale, source] of Object.entries(locales)) {
      const { faults: own } = await templates.compile(source);
      const below = (pointer: string): string =>
        ['/templates', name, locale, ...pointer.split('/').filter((part) => part !== '')].join('/');
      faults.push(...own.map((fault) => ({ ...fault, pointer: below(fault.pointer) })));
    }
  return faults;
}
