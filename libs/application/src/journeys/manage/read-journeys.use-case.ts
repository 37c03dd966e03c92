import { Injectable } from '@nestjs/common';
import { expandPartials, type JourneyDocument, PermanentError } from '#app/domain';
import { writeJourney } from '../../code/journey-text.js';
import { lineDiff } from '../../code/line-diff.js';
import { UnitOfWork } from '../../ports/unit-of-work.port.js';
import { JourneyStore, type JourneySummary, type VersionSummary } from './journey-store.port.js';

export interface JourneyWithVersions extends JourneySummary {
  /** Newest first. */
  readonly versions: readonly VersionSummary[];
}

/** What changed from one version of a journey to another. */
export interface VersionsCompared {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  /** Of the whole document, line by line in the unified format; empty when there is none. */
  readonly diff: string;
  /** Templates that read differently, be it for a partial of theirs. */
  readonly templates: readonly {
    readonly template: string;
    readonly locale: string;
    readonly change: TemplateChange;
  }[];
}

type TemplateChange = 'added' | 'removed' | 'changed';

/** Lists journeys, shows one with its versions, and compares these. */
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

  /** @throws PermanentError `not_found` */
  async compare(shopId: string, key: string, from: number, to: number): Promise<VersionsCompared> {
    const { versions } = await this.get(shopId, key);
    const [before, after] = [from, to].map((number) => {
      const found = versions.find(({ version }) => version === number);
      if (found) return found.document;
      throw new PermanentError(
        'not_found',
        `"${key}" has no version ${number}; the latest is ${versions[0]?.version}.`,
      );
    }) as [JourneyDocument, JourneyDocument];
    const diff = lineDiff(writeJourney(before), writeJourney(after));
    return { key, from, to, diff, templates: templateChanges(before, after) };
  }
}

function templateChanges(before: JourneyDocument, after: JourneyDocument): VersionsCompared['templates'] {
  const [old, now] = [textsOf(before), textsOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])].toSorted().flatMap((place) => {
    const [was, is] = [old.get(place), now.get(place)];
    if (was === is) return [];
    const [template = '', locale = ''] = place.split(' ');
    return { template, locale, change: was === undefined ? 'added' : is === undefined ? 'removed' : 'changed' };
  });
}

/** By template and language, with the partials in them. */
function textsOf(document: JourneyDocument): Map<string, string> {
  const { templates } = expandPartials(document);
  const texts = Object.entries(templates).flatMap(([template, locales]) =>
    Object.entries(locales).map(([locale, { subject, preheader, mjml, sms }]): [string, string] => [
      `${template} ${locale}`,
      JSON.stringify([subject, preheader, mjml, sms]),
    ]),
  );
  return new Map(texts);
}
