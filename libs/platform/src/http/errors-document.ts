import { PROBLEM_TYPES } from './problem-types.js';

/** docs/errors.md: every error code, its status, what it means and what to do. */
export function renderErrorsDocument(): string {
  const rows = Object.entries(PROBLEM_TYPES).map(
    ([code, { status, meaning, remedy }]) => `| \`${code}\` | ${status} | ${meaning} | ${remedy} |`,
  );
  return `# Errors

Every answer that isn't 2xx is \`application/problem+json\` (RFC 9457). \`code\` is stable, \`type\` is \`/problems/<code>\`,
\`instance\` is the request's id, \`detail\` says what happened and what to do, \`errors\` names each fault by a JSON pointer.
This page is made from the code by \`node config/scripts/generate-docs.mjs\`.

| code | status | meaning | what to do |
|---|---|---|---|
${rows.join('\n')}
`;
}
