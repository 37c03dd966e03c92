import { Injectable } from '@nestjs/common';
import {
  AfterglowError,
  type Fault,
  type JourneyDocument,
  type Json,
  type MessageClass,
  PermanentError,
} from '#app/domain';
import { ChangeJourneyState, type PublishedStatus } from '../journeys/manage/change-journey-state.use-case.js';
import { SaveDraft } from '../journeys/manage/save-draft.use-case.js';
import { parseJourneyText } from '../journeys/parse-journey.js';
import { PresetCatalogue, type PresetSource } from './preset-catalogue.port.js';

export interface PresetSummary {
  readonly key: string;
  readonly title: string;
  readonly class: MessageClass;
  /** What may be set otherwise on installation, with the values that it has by itself. */
  readonly settings: Readonly<Record<string, Json>>;
}

export interface PresetInstallation {
  readonly key: string;
  readonly publish: boolean;
  /** Values in place of the preset's own. */
  readonly settings?: Readonly<Record<string, Json>> | undefined;
}

/** Makes a preset the shop's own journey. Installing it again with the same settings makes no new version. */
@Injectable()
export class InstallPreset {
  /** By key: parsing all of them takes longer than a call should keep others waiting. */
  private readonly summaries = new Map<string, { readonly text: string; readonly summary: PresetSummary }>();

  constructor(
    private readonly presets: PresetCatalogue,
    private readonly saveDraft: SaveDraft,
    private readonly changeState: ChangeJourneyState,
  ) {}

  async list(): Promise<PresetSummary[]> {
    const sources = await this.presets.list();
    return sources.map((source) => this.summaryOf(source));
  }

  async run(shopId: string, { key, publish, settings }: PresetInstallation): Promise<PublishedStatus> {
    const source = await this.presets.find(key);
    if (!source) throw new PermanentError('not_found', `There is no preset "${key}". GET /api/v1/presets lists them.`);
    const document = withSettings(documentOf(source), settings ?? {});
    const { version, state } = await this.saveDraft.run(shopId, document, { onlyIfChanged: true });
    if (!publish) return { key, version, state, warnings: [] };
    return this.changeState.publish(shopId, key);
  }

  /** Of the file as it is now. */
  private summaryOf(source: PresetSource): PresetSummary {
    const known = this.summaries.get(source.key);
    if (known?.text === source.text) return known.summary;
    const summary = summarise(source);
    this.summaries.set(source.key, { text: source.text, summary });
    return summary;
  }
}

function summarise(source: PresetSource): PresetSummary {
  const { key, title, class: messageClass, settings } = documentOf(source);
  return { key, title, class: messageClass, settings };
}

function documentOf({ key, text }: PresetSource): JourneyDocument {
  const read = parseJourneyText(text, 'yaml');
  if ('faults' in read)
    throw new AfterglowError('internal', `The preset "${key}" is faulty. Correct its file.`, { faults: read.faults });
  return read.document;
}

function withSettings(document: JourneyDocument, settings: Readonly<Record<string, Json>>): JourneyDocument {
  const known = Object.keys(document.settings);
  const faults: Fault[] = Object.keys(settings)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      pointer: `/settings/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      code: 'setting.unknown',
      message: `"${document.key}" has no setting "${name}"; it has ${known.join(', ') || 'none'}.`,
    }));
  if (faults.length > 0)
    throw new PermanentError('validation', `The preset "${document.key}" can't be installed with these settings.`, {
      faults,
    });
  return { ...document, settings: { ...document.settings, ...settings } };
}
