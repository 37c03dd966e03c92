import type { IsoInstant } from '../time/instant.js';

type Placed = readonly [externalId: string, placedAt: IsoInstant];

/**
 * Where an order stands among a person's placed orders, from 1; 0 when it isn't placed. Counted by time, then by id as a number
 * of any length: the shorter id first, equally long ones by their characters.
 */
export function ordinalOf(externalId: string, placed: ReadonlyMap<string, IsoInstant>): number {
  const placedAt = placed.get(externalId);
  if (placedAt === undefined) return 0;
  let ordinal = 1;
  for (const other of placed) if (isEarlier(other, [externalId, placedAt])) ordinal += 1;
  return ordinal;
}

function isEarlier([id, at]: Placed, [otherId, otherAt]: Placed): boolean {
  if (at !== otherAt) return at < otherAt;
  if (id.length !== otherId.length) return id.length < otherId.length;
  return id < otherId;
}
