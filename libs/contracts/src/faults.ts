import type { Fault } from '#app/domain';
import type { z } from 'zod';

/** More would not help the reader and would let a small request make a large answer. */
const MAX_FAULTS = 50;

/** What a schema found wrong, with the place of each fault as a JSON pointer. Never repeats the input. */
export function faultsOf({ issues }: Pick<z.ZodError, 'issues'>, at = ''): Fault[] {
  return issues.flatMap((issue) => faultsOfIssue(issue, at)).slice(0, MAX_FAULTS);
}

function faultsOfIssue(issue: z.core.$ZodIssue, at: string): Fault[] {
  const pointer =
    at + issue.path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1').slice(0, 64)}`).join('');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1').slice(0, 64)}`,
      code: issue.code,
      message: 'is not a known field',
    }));
  }
  return [{ pointer, code: issue.code, message: issue.message.slice(0, 200) }];
}
