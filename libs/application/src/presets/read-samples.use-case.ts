import { Injectable } from '@nestjs/common';
import { AfterglowError, type EventType, type Json, PermanentError } from '#app/domain';
import { readYaml } from '../journeys/read-yaml.js';
import { PresetCatalogue, type PresetSource } from './preset-catalogue.port.js';

type Fields = Readonly<Record<string, Json>>;

/** A made-up person with an order, to look at messages with. */
export interface Sample {
  readonly name: string;
  readonly title: string;
  /** What conditions and templates see: `customer` and `order`. */
  readonly facts: Fields;
  /** The event that the person enters by; null where any of the trigger's type does. */
  readonly event: { readonly type: EventType; readonly data: Json } | null;
  /** Settings that a shop would fill in. */
  readonly settings: Fields;
}

/** As its file has it. */
interface SampleFile {
  readonly title: string;
  readonly facts: Fields;
  readonly presets: Readonly<Record<string, Partial<Pick<Sample, 'event' | 'settings'>>>>;
}

@Injectable()
export class ReadSamples {
  constructor(private readonly presets: PresetCatalogue) {}

  /** @throws PermanentError `not_found` when there is no such preset */
  async ofPreset(key: string): Promise<Sample[]> {
    if (!(await this.presets.find(key)))
      throw new PermanentError('not_found', `There is no preset "${key}". GET /api/v1/presets lists them.`);
    return this.all(key);
  }

  /** As they stand for the journey with this key, a preset's or not. */
  async all(key: string): Promise<Sample[]> {
    return (await this.presets.samples()).map((source) => {
      const { title, facts, presets } = contentOf(source);
      const own = Object.hasOwn(presets, key) ? presets[key] : undefined;
      return { name: source.key, title, facts, event: own?.event ?? null, settings: own?.settings ?? {} };
    });
  }
}

function contentOf({ key, text }: PresetSource): SampleFile {
  const yaml = readYaml(text);
  if ('faults' in yaml)
    throw new AfterglowError('internal', `The sample "${key}" is faulty. Correct its file.`, { faults: yaml.faults });
  return yaml.value as SampleFile;
}
