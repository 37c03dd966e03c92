import type { ShopJourney } from '../journeys/manage/journey-store.port.js';
import type { SecretPort } from '../ports/secret.port.js';
import { canonicalJourney } from './journey-text.js';

/** By key: fingerprints of the versions of a journey that a folder has seen. */
export type Remembered = Readonly<Record<string, readonly string[]>>;

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
