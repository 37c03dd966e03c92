import { formatPatch, OMIT_HEADERS, structuredPatch } from 'diff';

/** Unchanged lines shown around each change. */
const CONTEXT = 3;

/** The difference of two texts, line by line, in the unified format; empty when there is none. */
export function lineDiff(before: string, after: string): string {
  const patch = structuredPatch('', '', before, after, undefined, undefined, { context: CONTEXT });
  return formatPatch(patch, OMIT_HEADERS).trimEnd();
}
