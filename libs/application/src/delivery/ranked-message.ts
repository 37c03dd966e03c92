import { DEFAULT_PRIORITY } from '#app/domain';
import type { StoredVersion } from '../journeys/journey-reader.port.js';
import type { DueMessage } from './delivery-store.port.js';

/** A message and what its journey decides of its turn. */
export interface RankedMessage {
  readonly message: DueMessage;
  /** Of its journey, 0 to 100. */
  readonly priority: number;
  /** Key of its journey. */
  readonly journey: string;
}

export function rankOf(message: DueMessage, version: StoredVersion | undefined): RankedMessage {
  return { message, priority: version?.document.priority ?? DEFAULT_PRIORITY, journey: version?.key ?? '' };
}

/** Those of higher priority first, then those due before. */
export function inOrderOfRank(
  messages: readonly DueMessage[],
  versions: ReadonlyMap<string, StoredVersion>,
): RankedMessage[] {
  return messages
    .map((message) => rankOf(message, versions.get(message.versionId)))
    .toSorted((a, b) => b.priority - a.priority || a.message.dueAt - b.message.dueAt);
}
