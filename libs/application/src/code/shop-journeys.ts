import type { JourneyDocument } from '#app/domain';
import type { JourneyState, JourneyStore } from '../journeys/manage/journey-store.port.js';
import type { SecretPort } from '../ports/secret.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import { canonicalJourney } from './journey-text.js';

/** A journey as it stands in the shop. */
export interface ShopJourney {
  readonly key: string;
  readonly state: JourneyState;
  readonly liveVersion: number | null;
  readonly latestVersion: number;
  /** What people enter now; the latest version when none is live. */
  readonly document: JourneyDocument;
  readonly latest: JourneyDocument;
}

/** By key: fingerprints of the versions of a journey that a folder has seen. */
export type Remembered = Readonly<Record<string, readonly string[]>>;

/** Every journey of the shop, archived ones among them, by key. */
export async function shopJourneys(tx: Transaction, store: JourneyStore): Promise<ShopJourney[]> {
  const journeys: ShopJourney[] = [];
  for (const { key, state, liveVersion, latestVersion } of await store.list(tx)) {
    const versions = await store.versions(tx, key);
    const latest = versions[0]?.document;
    if (!latest) continue;
    const document = versions.find(({ isLive }) => isLive)?.document ?? latest;
    journeys.push({ key, state, liveVersion, latestVersion, document, latest });
  }
  return journeys;
}

/** What a folder remembers of a journey once it has seen it. */
export function fingerprintsOf(
  { document, latest }: Pick<ShopJourney, 'document' | 'latest'>,
  secrets: SecretPort,
): string[] {
  const all = [document, latest].map((version) =>
    Buffer.from(secrets.sha256(canonicalJourney(version))).toString('hex'),
  );
  return [...new Set(all)];
}
