import type { Instant, WrittenFacts } from '#app/domain';

/** Of two words on one thing the later one counts. */
export function laterOf(known: WrittenFacts | undefined, added: WrittenFacts): WrittenFacts {
  const merged = <T extends { readonly at: Instant }>(
    before: Readonly<Record<string, T>>,
    after: Readonly<Record<string, T>>,
  ): Record<string, T> => {
    const newer = Object.entries(after).filter(([name, { at }]) => (before[name]?.at ?? -Infinity) <= at);
    return { ...before, ...Object.fromEntries(newer) };
  };
  if (!known) return added;
  return {
    attributes: merged(known.attributes, added.attributes),
    tags: merged(known.tags, added.tags),
    arms: known.arms,
  };
}
