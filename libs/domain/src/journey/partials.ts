import type { Fault } from '../errors.js';
import { type JourneyDocument, TEMPLATE_LIMITS, type TemplateDocument } from './document.js';
import { nearest } from './nearest.js';
import { pointerTo } from './schema-faults.js';

/** What a partial is written under for every language that it has no words of its own in. */
const ANY_LANGUAGE = 'default';
const MAX_DEPTH = 8;
/** Of one field, partials within partials among them: those multiply. */
const MAX_PIECES = 200;
/** As much as a field may hold. */
const MAX_CHARS = 64 * 1024;
/** Of all fields of a document together: as many times what one may hold. */
const FIELDS_FULL = 8;
/** Looking for what was meant takes long where there are many names. */
const MAX_HINTS = 5;
/** Short, so that a text full of beginnings is read in little time; a longer one is for the engine to refuse. */
const TAG = /\{%-?\s{0,20}(#|(?:render|(?:end)?(?:comment|raw))\b)((?:(?!%\})[\s\S]){0,200})%\}/g;
const NAMED = /^\s*(["'])([a-z][a-z0-9-]{0,63})\1\s*-?$/;

/** Fields whose lines are kept. */
const TEXTS: ReadonlySet<string> = new Set(['sms', 'whatsapp']);

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
  const shared = new Shared(partials);
  const expanded = mapValues(templates, (locales, name) =>
    mapValues(locales, (template, locale) =>
      mapValues(template as Readonly<Record<string, string | undefined>>, (text, field) => {
        if (text === undefined || !text.includes('render')) return text;
        const expansion = new Expansion(partials, locale, faults, shared);
        const place = { pointer: pointerTo('/templates', [name, locale, field]), within: [] };
        return expansion.write(text, place, !TEXTS.has(field));
      }),
    ),
  );
  return { templates: expanded as Templates, faults };
}

/** Once they are written out: a field with partials in it is held to what every field is held to. */
export function lengthFaults(templates: Templates): Fault[] {
  return Object.entries(templates).flatMap(([name, locales]) =>
    Object.entries(locales).flatMap(([locale, template]) =>
      Object.entries(TEMPLATE_LIMITS).flatMap(([field, most]) => {
        const { length } = template[field as keyof typeof TEMPLATE_LIMITS] ?? '';
        if (length <= most) return [];
        const message = `With its partials, ${field} has ${length} characters; at most ${most} are allowed.`;
        return [{ pointer: pointerTo('/templates', [name, locale, field]), code: 'template.partial', message }];
      }),
    ),
  );
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
  return Object.values(texts).flatMap((text: string | undefined) => {
    const blocks = new Blocks();
    return [...(text ?? '').matchAll(TAG)].flatMap(([, tag = '', words = '']) =>
      blocks.isRender(tag) ? (NAMED.exec(words)?.[2] ?? []) : [],
    );
  });
}

/** What stands in a comment, or in `raw`, is text to the engine and so it is here. */
class Blocks {
  private isComment = false;
  private isRaw = false;

  /** Of the next tag. */
  isRender(tag: string): boolean {
    if (this.isRaw) this.isRaw = tag !== 'endraw';
    else if (tag === 'raw') this.isRaw = true;
    else if (tag === 'comment' || tag === 'endcomment') this.isComment = tag === 'comment';
    return tag === 'render' && !this.isRaw && !this.isComment;
  }
}

interface Place {
  readonly pointer: string;
  /** Names of the partials around it, the outermost first. */
  readonly within: readonly string[];
}

/** What all fields of a document share, so that many of them can't take the time that one isn't allowed. */
class Shared {
  private readonly hints = new Map<string, string | undefined>();
  private pieces = 0;
  private chars = 0;

  constructor(private readonly partials: Partials) {}

  get isUsedUp(): boolean {
    return this.pieces > FIELDS_FULL * MAX_PIECES || this.chars > FIELDS_FULL * MAX_CHARS;
  }

  take(pieces: number, chars: number): void {
    this.pieces += pieces;
    this.chars += chars;
  }

  hint(name: string): string | undefined {
    if (!this.hints.has(name) && this.hints.size < MAX_HINTS)
      this.hints.set(name, nearest(name, Object.keys(this.partials)));
    return this.hints.get(name);
  }
}

/** One field. */
class Expansion {
  private readonly blocks = new Blocks();
  private pieces = 0;
  private chars = 0;

  constructor(
    private readonly partials: Partials,
    private readonly locale: string,
    private readonly faults: Fault[],
    private readonly shared: Shared,
  ) {}

  write(text: string, place: Place, isOneLine: boolean): string {
    const lineAt = lineCounter(text);
    return text.replace(TAG, (tag: string, kind: string, words: string, at: number) => {
      if (!this.blocks.isRender(kind)) return tag;
      // told where it was used up
      if (this.isUsedUp) return '';
      const tell = (message: string): string => {
        // one that is rendered many times has its fault once
        const fault = { pointer: place.pointer, code: 'template.partial', message: `${message} (line ${lineAt(at)})` };
        if (!this.faults.some((one) => one.pointer === fault.pointer && one.message === fault.message))
          this.faults.push(fault);
        return '';
      };
      this.take(1, 0);
      const name = NAMED.exec(words)?.[2];
      if (name === undefined)
        return tell('Write {% render "name" %}, no more: assign what the partial is to see in the lines before it.');
      const piece = this.find(name, place);
      if ('fault' in piece) return tell(piece.fault);
      const inner = { pointer: pointerTo('/partials', [name, piece.locale]), within: [...place.within, name] };
      const written = this.write(piece.text, inner, false);
      return isOneLine ? oneLine(written) : written.trimEnd();
    });
  }

  private get isUsedUp(): boolean {
    return this.pieces > MAX_PIECES || this.chars > MAX_CHARS || this.shared.isUsedUp;
  }

  private take(pieces: number, chars: number): void {
    this.pieces += pieces;
    this.chars += chars;
    this.shared.take(pieces, chars);
  }

  private find(
    name: string,
    { within }: Place,
  ): { readonly text: string; readonly locale: string } | { fault: string } {
    const own = Object.hasOwn(this.partials, name) ? this.partials[name] : undefined;
    if (!own) {
      const near = this.shared.hint(name);
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
    if (within.length >= MAX_DEPTH) return { fault: `Partials within partials go ${MAX_DEPTH} deep; this is deeper.` };
    this.take(0, text.length);
    if (this.shared.isUsedUp)
      return {
        fault: `The partials of all templates together are too much: ${most(FIELDS_FULL)} Render fewer of them.`,
      };
    if (this.isUsedUp) return { fault: `Its partials are too much: ${most(1)}` };
    return { text, locale };
  }
}

function most(fields: number): string {
  return `at most ${fields * MAX_PIECES} of them, and ${fields * MAX_CHARS} characters.`;
}

function oneLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').join(' ');
}

/** For places one after the other: a text is read once, however many of them there are. */
export function lineCounter(text: string): (at: number) => number {
  let line = 1;
  let read = 0;
  return (at) => {
    for (let end = text.indexOf('\n', read); end !== -1 && end < at; end = text.indexOf('\n', read)) {
      line += 1;
      read = end + 1;
    }
    return line;
  };
}

function mapValues<T, U>(
  fields: Readonly<Record<string, T>>,
  map: (value: T, name: string) => U,
): Readonly<Record<string, U>> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, map(value, name)]));
}
