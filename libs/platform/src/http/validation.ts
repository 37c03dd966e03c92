import { StandardSchemaValidationPipe } from '@nestjs/common';
import { type Fault, PermanentError } from '#app/domain';

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  readonly code?: unknown;
}

/** Issues of a Standard Schema (zod's among them) as faults with JSON pointers (RFC 6901). */
export function faultsOf(issues: readonly Issue[]): Fault[] {
  return issues.map(({ path = [], message, code }) => ({
    pointer: path.map((part) => `/${escaped(typeof part === 'object' ? part.key : part)}`).join(''),
    code: typeof code === 'string' ? code : 'invalid',
    message,
  }));
}

/** @throws PermanentError `validation` naming every fault. */
export function refuseIssues(issues: readonly Issue[]): PermanentError {
  const count = issues.length === 1 ? 'One field is' : `${issues.length} fields are`;
  return new PermanentError('validation', `${count} not valid. Mend what \`errors\` names.`, {
    faults: faultsOf(issues),
  });
}

/** Checks `@Body({ schema })`, `@Query({ schema })` and `@Param(name, { schema })`; used for every route by `hardenHttp`. */
export function createValidationPipe(): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({ exceptionFactory: refuseIssues });
}

function escaped(key: PropertyKey): string {
  return String(key).replaceAll('~', '~0').replaceAll('/', '~1');
}
