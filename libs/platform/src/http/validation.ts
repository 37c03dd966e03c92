import { StandardSchemaValidationPipe } from '@nestjs/common';
import { faultsOf } from '#app/contracts';
import { PermanentError } from '#app/domain';
import type { z } from 'zod';

/** @throws PermanentError `validation` naming every fault. */
function refuseIssues(issues: readonly unknown[]): PermanentError {
  const count = issues.length === 1 ? 'One field is' : `${issues.length} fields are`;
  return new PermanentError('validation', `${count} not valid. Mend what \`errors\` names.`, {
    // every schema of a route is zod's
    faults: faultsOf({ issues: issues as z.core.$ZodIssue[] }),
  });
}

/** Checks `@Body({ schema })`, `@Query({ schema })` and `@Param(name, { schema })`; used for every route by `hardenHttp`. */
export function createValidationPipe(): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({ exceptionFactory: refuseIssues });
}
