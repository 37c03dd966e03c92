import type { DomainEvent } from '../event/event.js';
import type { Stamp } from './facts.js';

export function stampOf(event: DomainEvent): Stamp {
  return `${event.occurredAt}|${event.id}`;
}

/**
 * Last writer wins by stamp, field by field. `undefined` means the event says nothing about the field.
 * Returns the same object when nothing changes.
 */
export function setStamped<T extends { readonly stamps: Readonly<Record<string, Stamp>> }>(
  target: T,
  stamp: Stamp,
  fields: { readonly [K in keyof T]?: T[K] | undefined },
): T {
  let changed: Record<string, unknown> | undefined;
  let stamps: Record<string, Stamp> = target.stamps;
  // no entries: most fields are left out, and every event comes by here
  for (const field of Object.keys(fields) as (keyof T & string)[]) {
    const value = fields[field];
    if (value === undefined) continue;
    const previous = target.stamps[field];
    if (previous !== undefined && previous >= stamp) continue;
    if (!changed) {
      stamps = { ...stamps };
      changed = { ...target, stamps };
    }
    changed[field] = value;
    stamps[field] = stamp;
  }
  return (changed as T | undefined) ?? target;
}

/** The earlier of two ISO instants; null counts as unknown. */
export function earliest(a: string | null, b: string): string {
  return a !== null && a <= b ? a : b;
}
