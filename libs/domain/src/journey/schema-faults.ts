import type { z } from 'zod';
import type { Fault } from '../errors.js';

/** JSON pointer (RFC 6901) of a path below `base`. */
export function pointerTo(base: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (pointer, part) => `${pointer}/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`,
    base,
  );
}

/** What a schema refuses, one fault per place; each unknown key gets its own. */
export function schemaFaults(error: z.ZodError, base: string, code: string): Fault[] {
  return error.issues.flatMap((issue) => issueFaults(issue, base, code));
}

type Issue = z.ZodError['issues'][number];

function issueFaults(issue: Issue, base: string, code: string): Fault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerTo(base, [...issue.path, key]),
      code,
      message: `"${key.slice(0, 60)}" is not known here; remove it or correct its name.`,
    }));
  }
  if (issue.code === 'invalid_union') {
    const deepest = closestBranch(issue.errors as Issue[][]);
    if (deepest) return deepest.flatMap((inner) => issueFaults(inner, pointerTo(base, issue.path), code));
  }
  return [{ pointer: pointerTo(base, issue.path), code, message: sentence(issue.message) }];
}

/** The branch of a union that the author was nearest to: faults that lie deepest, then the fewest. None when two are as near. */
function closestBranch(branches: readonly Issue[][]): Issue[] | undefined {
  const depth = (issues: readonly Issue[]): number =>
    Math.max(...issues.map((issue) => issue.path.length + (issue.code === 'unrecognized_keys' ? 1 : 0)));
  const [first, second] = branches
    .filter((issues) => issues.length > 0)
    .toSorted((a, b) => depth(b) - depth(a) || a.length - b.length);
  const isTie = first && second && depth(first) === depth(second) && first.length === second.length;
  return isTie ? undefined : first;
}

function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
