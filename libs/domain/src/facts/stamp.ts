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
  const changed: Record<string, unknown> = {};
  const stamps: Record<string, Stamp> = {};
  for (const [field, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const previous = target.stamps[field];
    if (previous !== undefined && previous >= stamp) continue;
    changed[field] = value;
    stamps[field] = stamp;
  }
  if (Object.keys(changed).length === 0) return target;
  return { ...target, ...changed, stamps: { ...target.stamps, ...stamps } };
}

/** The earlier of two ISO instants; null counts as unknown. */
export function earliest(a: string | null, b: string): string {
  return a !== null && a <= b ? a : b;
}
