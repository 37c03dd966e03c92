import { Injectable } from '@nestjs/common';
import { compileJourney, expandPartials, type Fault, type JourneyDocument, PermanentError } from '#app/domain';
import { stepKinds } from '#app/steps';
import { type CompiledTemplate, type CompiledTemplates, TemplateEngine } from '../../delivery/template-engine.port.js';
import { IdPort } from '../../ports/id.port.js';
import { SecretPort } from '../../ports/secret.port.js';
import { UnitOfWork } from '../../ports/unit-of-work.port.js';
import { parseJourneyText } from '../parse-journey.js';
import { type JourneyState, JourneyStore } from './journey-store.port.js';

export interface SavedDraft {
  readonly key: string;
  readonly version: number;
  /** Of the journey: an earlier version may be live. */
  readonly state: JourneyState;
  /** False when the latest version has the same content already. */
  readonly isNew: boolean;
}

/** Checks a document, compiles its templates and stores it as the next version of the journey with its key. Nobody enters it yet. */
@Injectable()
export class SaveDraft {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly journeys: JourneyStore,
    private readonly templates: TemplateEngine,
    private readonly secrets: SecretPort,
    private readonly ids: IdPort,
  ) {}

  /** @throws PermanentError `journey.invalid`; faults of the text name their line */
  async fromText(shopId: string, text: string, format: 'yaml' | 'json'): Promise<SavedDraft> {
    const read = parseJourneyText(text, format);
    if ('faults' in read) throw refusal('The journey', read.faults);
    return this.run(shopId, read.document);
  }

  /**
   * @param options.onlyIfChanged keep the latest version when its content is the same
   * @throws PermanentError `journey.invalid` with every fault of the document and its templates
   */
  async run(shopId: string, document: JourneyDocument, options: { onlyIfChanged?: boolean } = {}): Promise<SavedDraft> {
    const templates = await this.compile(document);
    const contentSha256 = Buffer.from(this.secrets.sha256(JSON.stringify(canonical(document)))).toString('hex');
    return this.unitOfWork.inShop(shopId, async (tx) => {
      const journey = await this.journeys.lockOrCreate(tx, this.ids.next(), document.key, document.title);
      if (journey.state === 'archived') {
        throw new PermanentError(
          'conflict',
          `The journey "${document.key}" is archived. Give the document another key.`,
        );
      }
      if (options.onlyIfChanged) {
        const latest = await this.journeys.latestVersion(tx, journey.id);
        if (latest?.contentSha256 === contentSha256)
          return { key: document.key, version: latest.version, state: journey.state, isNew: false };
      }
      const version = await this.journeys.addVersion(tx, journey.id, {
        id: this.ids.next(),
        document,
        templates,
        contentSha256,
      });
      return { key: document.key, version, state: journey.state, isNew: true };
    });
  }

  private async compile(document: JourneyDocument): Promise<CompiledTemplates> {
    const result = compileJourney(document, stepKinds);
    const faults: Fault[] = 'faults' in result ? [...result.faults] : [];
    const compiled: Record<string, Record<string, CompiledTemplate>> = {};
    for (const [name, locales] of Object.entries(expandPartials(document).templates)) {
      compiled[name] = {};
      for (const [locale, source] of Object.entries(locales)) {
        const template = await this.templates.compile(source);
        compiled[name][locale] = template.compiled;
        faults.push(...template.faults.map((fault) => ({ ...fault, pointer: below(name, locale, fault.pointer) })));
      }
    }
    if (faults.length > 0) throw refusal(`The journey "${document.key}"`, faults);
    return compiled;
  }
}

function refusal(subject: string, faults: readonly Fault[]): PermanentError {
  const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
  return new PermanentError('journey.invalid', `${subject} has ${count}. Correct what is named and post it again.`, {
    faults,
  });
}

function below(name: string, locale: string, pointer: string): string {
  return ['/templates', name, locale, ...pointer.split('/').filter((part) => part !== '')].join('/');
}

/** The same content gives the same text, whatever the order in which it was written. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, field]) => [name, canonical(field)]),
  );
}
