import type { CompiledTemplates } from '../delivery/template-engine.port.js';
import type { JourneyDocument } from '#app/domain';
import type { Transaction } from '../ports/unit-of-work.port.js';

/** A version of a journey as it is stored: the author's document and its compiled templates. Immutable. */
export interface StoredVersion {
  readonly id: string;
  readonly journeyId: string;
  readonly key: string;
  readonly version: number;
  readonly document: JourneyDocument;
  readonly templates: CompiledTemplates;
}

/** Reads journey versions; immutable ones may come from a cache. */
export abstract class JourneyReader {
  /** @throws PermanentError `not_found` */
  abstract version(tx: Transaction, versionId: string): Promise<StoredVersion>;

  /** Versions by id, in at most one statement; ids that the shop doesn't have are left out. */
  abstract versions(tx: Transaction, versionIds: readonly string[]): Promise<ReadonlyMap<string, StoredVersion>>;

  /**
   * Versions of journeys in state `live`, by key. Until this transaction ends nobody publishes, pauses or archives a journey of the
   * shop, nor pauses the shop.
   */
  abstract live(tx: Transaction): Promise<readonly StoredVersion[]>;

  /** Those of them that people may enter: none while all journeys of the shop are paused. What is paused with its intake enters later. */
  abstract enterable(tx: Transaction): Promise<readonly StoredVersion[]>;
}
