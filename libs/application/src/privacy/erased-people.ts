import { type Instant, toInstant } from '#app/domain';
import type { IncomingEvent } from '../intake/fold-batch.js';
import { keyOf, type Name, namesIn } from './names.js';

/** Until when a name belonged to somebody who is erased; undefined for every other name. */
export type ErasedNames = (name: Name) => Instant | undefined;

interface Sorted {
  readonly living: readonly IncomingEvent[];
  /** Events about erased people: they leave no trace. */
  readonly forgotten: readonly IncomingEvent[];
  /** Names of erased people under which somebody has ordered since: those of a new person. */
  readonly returning: readonly Name[];
}

/**
 * Which events of a batch are about people who are erased. What happened until the erasure is theirs, whenever it is told, and so
 * is every news of their orders. An order that was placed later is that of a new person, and from it on the names are theirs.
 * @param isKnown whether a name is a living person's
 */
export function withoutErased(
  events: readonly IncomingEvent[],
  erasedAt: ErasedNames,
  isKnown: (name: Name) => boolean,
): Sorted {
  const judged = events.map((source) => ({ source, hits: hitsOf(source, erasedAt) }));
  const openers = judged.filter(({ source, hits }) => hits.length > 0 && opensAnew(source, hits));
  const reborn = new Set(openers.flatMap(({ source }) => namesIn(source.event).map(keyOf)));
  const isLiving = (name: Name): boolean => reborn.has(keyOf(name)) || isKnown(name);
  const isForgotten = ({ source, hits }: Judged): boolean => {
    if (hits.length === 0) return false;
    return isOfThen(source, hits) || !namesIn(source.event).some(isLiving);
  };
  return {
    living: judged.filter((one) => !isForgotten(one)).map(({ source }) => source),
    forgotten: judged.filter(isForgotten).map(({ source }) => source),
    returning: openers.flatMap(({ hits }) => hits.map(({ name }) => name)),
  };
}

interface Hit {
  readonly name: Name;
  readonly erasedAt: Instant;
}

interface Judged {
  readonly source: IncomingEvent;
  readonly hits: readonly Hit[];
}

function hitsOf({ event }: IncomingEvent, erasedAt: ErasedNames): Hit[] {
  return namesIn(event).flatMap((name) => {
    const at = erasedAt(name);
    return at === undefined ? [] : [{ name, erasedAt: at }];
  });
}

function isOfThen({ event }: IncomingEvent, hits: readonly Hit[]): boolean {
  const occurredAt = toInstant(event.occurredAt);
  return hits.some(({ name, erasedAt }) => name.kind === 'order' || occurredAt <= erasedAt);
}

function opensAnew(source: IncomingEvent, hits: readonly Hit[]): boolean {
  return source.event.type === 'order.placed' && !isOfThen(source, hits);
}
