import { addDuration, type Instant, type IsoInstant, PermanentError, toInstant, toIso } from '#app/domain';
import { z } from 'zod';
import type { SecretPort } from '../ports/secret.port.js';

/** How long the old secret of a rotation stays valid, so that the sender can be changed over without a gap. */
const ROTATION_OVERLAP = 'PT24H';

const storedSchema = z.array(z.object({ secret: z.string(), notAfter: z.string().nullable() }));

/** One of a source's secrets; while a rotation is under way the old one is valid until `notAfter` (wall time, as senders live in it). */
export interface SourceSecret {
  readonly secret: string;
  readonly notAfter: IsoInstant | null;
}

export function sealSecrets(keyring: SecretPort, sourceId: string, secrets: readonly SourceSecret[]): string {
  return keyring.seal(JSON.stringify(secrets), contextOf(sourceId));
}

/** The secrets that are valid at `at`, newest first. */
export function openSecrets(keyring: SecretPort, sourceId: string, sealed: string, at: Instant): SourceSecret[] {
  const parsed = storedSchema.safeParse(JSON.parse(keyring.open(sealed, contextOf(sourceId))));
  if (!parsed.success)
    throw new PermanentError('internal', `The secrets of source ${sourceId} are damaged. Rotate its secret.`);
  return parsed.data.filter(({ notAfter }) => notAfter === null || toInstant(notAfter) > at);
}

/** The new secret at once, the old ones for the overlap. `at` is wall time. */
export function rotateSecrets(
  old: readonly SourceSecret[],
  secret: string,
  at: Instant,
): { secrets: SourceSecret[]; until: IsoInstant } {
  const until = toIso(addDuration(at, ROTATION_OVERLAP, 'UTC'));
  const kept = old
    .filter((known) => known.secret !== secret)
    .map((known) => ({ ...known, notAfter: known.notAfter ?? until }));
  return { secrets: [{ secret, notAfter: null }, ...kept], until };
}

function contextOf(sourceId: string): string {
  return `source|${sourceId}`;
}
