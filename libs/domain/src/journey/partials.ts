import type { Fault } from '../errors.js';
import type { JourneyDocument, TemplateDocument } from './document.js';
import { nearest } from './nearest.js';
import { pointerTo } from './schema-faults.js';

/** What a partial is written under for every language that it has no words of its own in. */
const ANY_LANGUAGE = 'default';
const MAX_DEPTH = 8;
/** Of one field, partials within partials among them: those multiply. */
const MAX_PIECES = 200;
/** As much as a field may hold. */
const MAX_CHARS = 64 * 1024;
/** Short, so that a text full of beginnings is read in little time; a longer one is for the engine to refuse. */
const RENDER = /\{%-?\s{0,20}render\b((?:(?!%\})[\s\S]){0,200})%\}/g;
const NAMED = /^\s*(["'])([a-z][a-z0-9-]{0,63})\1\s*-?$/;

type Templates = JourneyDocument['templates'];
type Partials = NonNullable<JourneyDocument['partials']>;

/**
 * The templates with their partials written out: `{% render "name" %}` stands for the text of the partial, which sees what the template
 * around it sees. What can't be written out is told and left out. A partial of several lines takes one line in a field of e-mail, so that
 * lines stay the author's.
 */
export function expandPartials({ templates, partials = {} }: JourneyDocument): {
  readonly templates: Templates;
  readonly faults: readonly Fault[];
} {
  const faults: Fault[] = [];
  const expanded = mapValues(templates, (locales, name) =>
    mapValues(locales, (template, locale) =>
      mapValues(template as Readonly<Record<string, string | undefined>>, (text, field) => {
        if (text === undefined || !text.includes('render')) return text;
        const expansion = new Expansion(partials, locale, faults);
        const place = { pointer: pointerTo('/templates', [name, locale, field]), within: [] };
        return expansion.write(text, place, field !== 'sms');
      }),
    ),
  );
  return { templates: expanded as Templates, faults };
}

/** Names of the partials that a journey's templates need, those within partials among them. */
export function partialsUsed(templates: Templates, partials: Partials): ReadonlySet<string> {
  const used = new Set<string>();
  const open = Object.values(templates).flatMap((locales) => Object.values(locales).flatMap(namesIn));
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (used.has(name)) continue;
    used.add(name);
    open.push(...namesIn(Object.hasOwn(partials, name) ? (partials[name] ?? {}) : {}));
  }
  return used;
}

function namesIn(texts: TemplateDocument | Readonly<Record<string, string>>): string[] {
  return Object.values(texts).flatMap((text: string | undefined) =>
    [...(text ?? '').matchAll(RENDER)].flatMap(([, words = '']) => NAMED.exec(words)?.[2] ?? []),
  );
}

interface Place {
  readonly pointer: string;
  /** Names of the partials around it, the outermost first. */
  readonly within: readonly string[];
}

/** One field. */
class Expansion {
  private pieces = 0;
  private chars = 0;

  constructor(
    private readonly partials: Partials,
    private readonly locale: string,
    private readonly faults: Fault[],
  ) {}

  write(text: string, place: Place, isOneLine: boolean): string {
    return text.replace(RENDER, (_tag, words: string, at: number) => {
      const tell = (message: string): string => {
        const line = text.slice(0, at).split('\n').length;
        // one that is rendered many times has its fault once
        const fault = { pointer: place.pointer, code: 'template.partial', message: `${message} (line ${line})` };
        if (!this.faults.some((one) => one.pointer === fault.pointer && one.message === fault.message))
          this.faults.push(fault);
        return '';
      };
      const name = NAMED.exec(words)?.[2];
      if (name === undefined)
        return tell('Write {% render "name" %}, no more: assign what the partial is to see in the lines before it.');
      const piece = this.find(name, place);
      if ('fault' in piece) return tell(piece.fault);
      const inner = { pointer: pointerTo('/partials', [name, piece.locale]), within: [...place.within, name] };
      const written = this.write(piece.text, inner, false);
      return isOneLine ? written.trim().replace(/\s*\n\s*/g, ' ') : written.trimEnd();
    });
  }

  private find(
    name: string,
    { within }: Place,
  ): { readonly text: string; readonly locale: string } | { fault: string } {
    const own = Object.hasOwn(this.partials, name) ? this.partials[name] : undefined;
    if (!own) {
      const near = nearest(name, Object.keys(this.partials));
      const hint = near ? `did you mean ${near}?` : `add it under partials, or as partials/${name}.liquid beside it.`;
      return { fault: `There is no partial "${name}": ${hint}` };
    }
    if (within.includes(name))
      return {
        fault: `The partial "${name}" renders itself: ${[...within, name].join(' > ')}. Take one of these out.`,
      };
    const locale = [this.locale, this.locale.split('-')[0] ?? '', ANY_LANGUAGE].find((one) => Object.hasOwn(own, one));
    if (locale === undefined)
      return { fault: `The partial "${name}" has no words in ${this.locale}: write them, or a default.` };
    const text = own[locale] ?? '';
    this.pieces += 1;
    this.chars += text.length;
    if (within.length >= MAX_DEPTH) return { fault: `Partials within partials go ${MAX_DEPTH} deep; this is deeper.` };
    if (this.pieces > MAX_PIECES || this.chars > MAX_CHARS)
      return { fault: `Its partials are too much: at most ${MAX_PIECES} of them, and ${MAX_CHARS} characters.` };
    return { text, locale };
  }
}

function mapValues<T, U>(
  fields: Readonly<Record<string, T>>,
  map: (value: T, name: string) => U,
): Readonly<Record<string, U>> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, map(value, name)]));
}
