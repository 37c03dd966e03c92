import type { Fault } from '../errors.js';
import type { Json } from '../facts/view.js';
import { nearest } from './nearest.js';
import { pointerTo } from './schema-faults.js';

const WHOLE = /^\{\{\s*settings\.([\w.-]+)\s*\}\}$/;
const EMBEDDED = /\{\{\s*settings\.([\w.-]+)\s*\}\}/g;

/**
 * Puts the journey's settings in place of `{{settings.x}}`. A text that is nothing but a placeholder becomes the setting with
 * its JSON type; inside a longer text the setting is written out.
 */
export function fillSettings(
  value: Json,
  settings: Json,
  pointer: string,
): { readonly value: Json; readonly faults: readonly Fault[] } {
  const faults: Fault[] = [];
  const lookUp = (path: string, at: string): Json | undefined => {
    const found = settingAt(settings, path);
    if (found === undefined) faults.push(unknownSetting(path, settings, at));
    return found;
  };
  const fill = (part: Json, at: string): Json => {
    if (typeof part === 'string') {
      const whole = WHOLE.exec(part)?.[1];
      if (whole !== undefined) return lookUp(whole, at) ?? null;
      return part.replaceAll(EMBEDDED, (_, path: string) => textOf(lookUp(path, at)));
    }
    if (typeof part !== 'object' || part === null) return part;
    if (Array.isArray(part)) return part.map((item, index) => fill(item as Json, pointerTo(at, [index])));
    return Object.fromEntries(
      Object.entries(part).map(([name, field]) => [name, fill(field as Json, pointerTo(at, [name]))]),
    );
  };
  return { value: fill(value, pointer), faults };
}

function settingAt(settings: Json, path: string): Json | undefined {
  let at: Json | undefined = settings;
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Readonly<Record<string, Json>>)[name];
  }
  return at;
}

function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function unknownSetting(path: string, settings: Json, pointer: string): Fault {
  const names = typeof settings === 'object' && settings !== null ? Object.keys(settings) : [];
  const near = nearest(path, names);
  const hint = near ? `did you mean settings.${near}?` : 'add it under settings.';
  return { pointer, code: 'settings.unknown', message: `settings.${path}: ${hint}` };
}
