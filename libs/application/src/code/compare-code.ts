import type { JourneyState, ShopJourney } from '../journeys/manage/journey-store.port.js';
import type { SecretPort } from '../ports/secret.port.js';
import { canonicalJourney, writeJourney } from './journey-text.js';
import { lineDiff } from './line-diff.js';
import type { CodeJourney } from './read-code.js';
import { fingerprintsOf, type Remembered } from './remembered.js';

/**
 * `draft`: the file is the latest version, which people don't enter yet. `missing`: only in the shop. `archived`: the file's key
 * belongs to a journey that was archived.
 */
export type CodeChangeKind = 'new' | 'changed' | 'unchanged' | 'draft' | 'missing' | 'archived';

export interface CodeChange {
  readonly key: string;
  readonly kind: CodeChangeKind;
  /** Null when the folder has none. */
  readonly journey: CodeJourney | null;
  /** Null when the shop has none. */
  readonly state: JourneyState | null;
  /** The shop has a version that the folder has never seen. */
  readonly isDrifted: boolean;
  /** The folder has seen the journey before. */
  readonly isRemembered: boolean;
  /** From the shop's journey to the file's, in the unified format. */
  readonly diff: string;
}

export interface CodeOptions {
  readonly publish: boolean;
  readonly archiveMissing: boolean;
}

/** Compares the journeys of a folder with those of the shop. */
export function compareCode(
  code: readonly CodeJourney[],
  shop: readonly ShopJourney[],
  remembered: Remembered,
  secrets: SecretPort,
): CodeChange[] {
  const inShop = new Map(shop.map((journey) => [journey.key, journey]));
  const inCode = new Set(code.map(({ document }) => document.key));
  const drift = (journey: ShopJourney) => {
    const known = Object.hasOwn(remembered, journey.key) ? remembered[journey.key] : undefined;
    return {
      isDrifted: fingerprintsOf(journey, secrets).some((print) => known?.includes(print) !== true),
      isRemembered: known !== undefined,
    };
  };
  const changes = code.map((journey): CodeChange => {
    const { key } = journey.document;
    const there = inShop.get(key);
    const text = writeJourney(journey.document);
    if (!there) {
      const isRemembered = Object.hasOwn(remembered, key);
      return { key, kind: 'new', journey, state: null, isDrifted: false, isRemembered, diff: lineDiff('', text) };
    }
    const kind = kindOf(journey, there);
    const diff = kind === 'unchanged' ? '' : lineDiff(writeJourney(there.document), text);
    return { key, kind, journey, state: there.state, ...drift(there), diff };
  });
  const missing = shop
    .filter(({ key, state }) => !inCode.has(key) && state !== 'archived')
    .map((there): CodeChange => {
      return { key: there.key, kind: 'missing', journey: null, state: there.state, ...drift(there), diff: '' };
    });
  return [...changes, ...missing].toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** Whether applying the folder does something about it. A paused journey is never published: that would let people in again. */
export function isWork({ kind, state, isRemembered }: CodeChange, { publish, archiveMissing }: CodeOptions): boolean {
  if (kind === 'draft') return publish && state !== 'paused';
  if (kind === 'missing') return archiveMissing && isRemembered;
  return kind === 'new' || kind === 'changed';
}

function kindOf({ document }: CodeJourney, there: ShopJourney): CodeChangeKind {
  if (there.state === 'archived') return 'archived';
  const text = canonicalJourney(document);
  if (text === canonicalJourney(there.document)) return there.liveVersion === null ? 'draft' : 'unchanged';
  return text === canonicalJourney(there.latest) ? 'draft' : 'changed';
}
