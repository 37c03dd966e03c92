import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Json } from '#app/domain';
import { parse } from 'yaml';

type Fields = Readonly<Record<string, Json>>;

/** Facts to render presets with, as they ship with them. */
export interface PresetSample {
  readonly title: string;
  readonly facts: Fields;
  /** By preset: the event that a run entered by, and settings that a shop would fill in. */
  readonly presets: Readonly<Record<string, { readonly settings?: Fields; readonly event?: Json }>>;
}

const SAMPLES = path.resolve('config/presets/samples');

export function presetSamples(): PresetSample[] {
  return readdirSync(SAMPLES)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => parse(readFileSync(path.join(SAMPLES, file), 'utf8')) as PresetSample);
}
