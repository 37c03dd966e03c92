import { type JourneyDocument, partialsUsed } from '#app/domain';

type Partials = NonNullable<JourneyDocument['partials']>;

const FOLDER = 'partials/';
const IS_PARTIAL = /(?:^|\/)partials\/[^/]*\.liquid$/;
/** `signature.liquid` for every language, `signature.fr.liquid` for one. */
const NAME = /^([a-z][a-z0-9-]{0,63})(?:\.([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*))?\.liquid$/;
const MAX_CHARS = 16_000;

interface TextFile {
  readonly name: string;
  readonly text: string;
}

interface Shelf {
  readonly partials: Record<string, Record<string, string>>;
  /** Names of the files by JSON pointer. */
  readonly files: Map<string, string>;
}

/** Partials that the journeys of a folder share: files of the folder `partials` beside them. */
class SharedPartials {
  /** By the folder that holds `partials`. */
  private readonly shelves = new Map<string, Shelf>();

  add(file: TextFile, name: string, locale: string): void {
    const folder = file.name.slice(0, file.name.lastIndexOf(FOLDER));
    const shelf = this.shelves.get(folder) ?? { partials: {}, files: new Map<string, string>() };
    this.shelves.set(folder, shelf);
    shelf.partials[name] = { ...shelf.partials[name], [locale]: file.text };
    shelf.files.set(`/partials/${name}/${locale}`, file.name);
  }

  /** With those partials beside its file that it renders; one that the journey has itself goes before. */
  into(
    document: JourneyDocument,
    file: string,
  ): { readonly document: JourneyDocument; readonly pieces?: ReadonlyMap<string, string> } {
    const shelf = this.shelves.get(folderOf(file));
    if (!shelf) return { document };
    const all: Partials = { ...shelf.partials, ...document.partials };
    const used = partialsUsed(document.templates, all);
    // one that is missing may be another misspelt: they all come along, to be named
    const isWhole = [...used].every((name) => Object.hasOwn(all, name));
    const shared = Object.entries(shelf.partials).filter(
      ([name]) => (used.has(name) || !isWhole) && !Object.hasOwn(document.partials ?? {}, name),
    );
    if (shared.length === 0) return { document };
    const names = shared.map(([name]) => `/partials/${name}/`);
    const pieces = new Map([...shelf.files].filter(([pointer]) => names.some((name) => pointer.startsWith(name))));
    const partials = { ...document.partials, ...Object.fromEntries(shared) };
    return { document: { ...document, partials }, pieces };
  }

  /** Without those that the folder holds in the same words: they stay in their files. */
  outOf(document: JourneyDocument, file: string): JourneyDocument {
    const shelf = this.shelves.get(folderOf(file))?.partials ?? {};
    const own = Object.entries(document.partials ?? {}).filter(
      ([partial, texts]) => !(Object.hasOwn(shelf, partial) && isSame(shelf[partial] ?? {}, texts)),
    );
    return { ...document, partials: own.length === 0 ? undefined : Object.fromEntries(own) };
  }
}

/** What a folder shares, what is wrong with it, and the other files. */
interface ReadPartials<File extends TextFile> {
  readonly files: readonly File[];
  readonly partials: SharedPartials;
  readonly faults: readonly { readonly file: string; readonly message: string }[];
}

export function readPartials<File extends TextFile>(all: readonly File[]): ReadPartials<File> {
  const partials = new SharedPartials();
  const faults: { file: string; message: string }[] = [];
  for (const file of all.filter(({ name }) => IS_PARTIAL.test(name))) {
    const tell = (message: string): number => faults.push({ file: file.name, message });
    const [, name, locale = 'default'] = NAME.exec(file.name.slice(file.name.lastIndexOf('/') + 1)) ?? [];
    if (name === undefined)
      tell('Name it in lower-case letters, digits and hyphens, such as signature.liquid, or signature.fr.liquid.');
    else if (file.text.length > MAX_CHARS) tell(`${file.text.length} characters; at most ${MAX_CHARS} are allowed.`);
    else partials.add(file, name, locale);
  }
  return { files: all.filter(({ name }) => !IS_PARTIAL.test(name)), partials, faults };
}

function folderOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/') + 1);
}

function isSame(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const locales = Object.keys(one);
  return locales.length === Object.keys(other).length && locales.every((locale) => one[locale] === other[locale]);
}
