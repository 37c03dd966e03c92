import { formatPatch, OMIT_HEADERS, structuredPatch } from 'diff';

/** Unchanged lines shown around each change. */
const CONTEXT = 3;
/** To find the smallest difference takes as long as both texts are different. */
const LIMIT_MS = 500;

/**
 * The difference of two texts, line by line, in the unified format; empty when there is none. Of long texts with hardly a line in common
 * the whole is taken for changed.
 */
export function lineDiff(before: string, after: string, timeout = LIMIT_MS): string {
  const patch = structuredPatch('', '', before, after, undefined, undefined, { context: CONTEXT, timeout });
  return patch ? formatPatch(patch, OMIT_HEADERS).trimEnd() : replaced(before, after);
}

function replaced(before: string, after: string): string {
  const [old, now] = [before, after].map((text) => text.trimEnd().split('\n')) as [string[], string[]];
  const lines = [...old.map((line) => `-${line}`), ...now.map((line) => `+${line}`)];
  return [`@@ -1,${old.length} +1,${now.length} @@`, ...lines].join('\n');
}
