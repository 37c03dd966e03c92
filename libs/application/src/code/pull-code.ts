import type { ShopJourney } from '../journeys/manage/journey-store.port.js';
import { type JourneyDocument, PermanentError } from '#app/domain';
import type { SecretPort } from '../ports/secret.port.js';
import { canonicalJourney, writeJourney } from './journey-text.js';
import { type CodeFile, type CodeJourney, readCode } from './read-code.js';
import { readPartials } from './read-partials.js';
import { fingerprintsOf, type Remembered } from './remembered.js';

export interface PulledCode {
  /** Files to write, new ones and ones to replace. */
  readonly writes: readonly CodeFile[];
  /** Names of files that hold the shop's journey already, live or as its latest draft: they stay, comments and all. */
  readonly same: readonly string[];
  /** Names of files whose journey the shop doesn't have. */
  readonly others: readonly string[];
  readonly remembered: Remembered;
}

/**
 * What a folder must hold to be like the shop.
 * @param force also replace files that were edited since they were pulled
 * @throws PermanentError `conflict` when there are such files and they are to be kept
 */
export function pullInto(
  files: readonly CodeFile[],
  shop: readonly ShopJourney[],
  remembered: Remembered,
  { force, secrets }: { readonly force: boolean; readonly secrets: SecretPort },
): PulledCode {
  const { journeys } = readCode(files);
  const { partials } = readPartials(files);
  const own = new Map(journeys.map((journey) => [journey.document.key, journey]));
  const pulled = shop.filter(({ state }) => state !== 'archived');
  const writes: CodeFile[] = [];
  const same: string[] = [];
  const edited: string[] = [];
  for (const there of pulled) {
    const journey = own.get(there.key);
    const name = journey?.file.name ?? `${there.key}.yaml`;
    if (journey && isOneOf(journey, [there.document, there.latest])) {
      same.push(name);
      continue;
    }
    if (isEdited(journey, name, { files, remembered, secrets })) edited.push(name);
    writes.push({ name, text: writeJourney(partials.outOf(there.document, name)) });
  }
  if (edited.length > 0 && !force) {
    throw new PermanentError(
      'conflict',
      `Edited since they were pulled: ${edited.join(', ')}. Nothing was written. Apply or move them, or replace them with --force.`,
    );
  }
  const keys = new Set(pulled.map(({ key }) => key));
  const others = journeys.filter(({ document }) => !keys.has(document.key)).map(({ file }) => file.name);
  const prints = pulled.map((journey): [string, string[]] => [journey.key, fingerprintsOf(journey, secrets)]);
  return { writes, same, others, remembered: Object.fromEntries(prints) };
}

function isOneOf({ document }: CodeJourney, versions: readonly JourneyDocument[]): boolean {
  const text = canonicalJourney(document);
  return versions.some((version) => canonicalJourney(version) === text);
}

/** A file that can't be read as this journey is somebody's work too. */
function isEdited(
  journey: CodeJourney | undefined,
  name: string,
  folder: {
    readonly files: readonly CodeFile[];
    readonly remembered: Remembered;
    readonly secrets: SecretPort;
  },
): boolean {
  if (!journey) return folder.files.some((file) => file.name === name);
  const { document } = journey;
  const seen = Object.hasOwn(folder.remembered, document.key) ? folder.remembered[document.key] : undefined;
  const [print] = fingerprintsOf({ document, latest: document }, folder.secrets);
  return print === undefined || seen?.includes(print) !== true;
}
