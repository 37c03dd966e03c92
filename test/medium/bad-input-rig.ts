import type { InjectOptions } from 'fastify';
import { ApiRig } from './api-rig.js';

const MAX_PROBLEM_CHARS = 8_192;
/** Far beyond what any of these calls takes, so that a busy machine doesn't fail the test; a body that blows up takes longer. */
const MAX_MS = 2_000;
const LEAK =
  /\bat \S+ \(|node_modules|\.(?:ts|js):\d|select .* from|relation "|app\.[a-z_]+\b.*column|afterglow_app|\bBEGIN;|password=/i;

export interface BadCase {
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Statuses that are a fitting answer. */
  readonly expected: readonly number[];
}

/** What a refusal lacks or gives away; empty when it is as it should be. */
export async function faultsOf(rig: ApiRig, { method, url, headers, body, expected }: BadCase): Promise<string[]> {
  const startedAt = performance.now();
  const answer = await rig.app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${rig.key}`, ...headers },
    ...(body === undefined ? {} : { payload: body }),
  } as InjectOptions);
  const tookMs = performance.now() - startedAt;
  const faults: string[] = [];
  if (!expected.includes(answer.statusCode)) faults.push(`status ${answer.statusCode}: ${answer.body.slice(0, 200)}`);
  if (tookMs > MAX_MS) faults.push(`took ${Math.round(tookMs)} ms`);
  if (answer.statusCode < 400) return faults;
  return [...faults, ...problemFaults(answer.statusCode, answer.headers, answer.body)];
}

/** Headers that a status must come with. */
const COMPANIONS: Readonly<Record<number, string>> = {
  401: 'www-authenticate',
  405: 'allow',
  429: 'retry-after',
  503: 'retry-after',
};

function problemFaults(status: number, headers: Record<string, unknown>, text: string): string[] {
  if (!String(headers['content-type']).startsWith('application/problem+json')) return [`no problem+json: ${text}`];
  const problem = JSON.parse(text) as Record<string, unknown>;
  const companion = COMPANIONS[status];
  const faults: readonly (readonly [isFault: boolean, what: string])[] = [
    [headers['cache-control'] !== 'no-store', 'may be cached'],
    [text.length > MAX_PROBLEM_CHARS, `${text.length} characters long`],
    [LEAK.test(text), `tells of the inside: ${text.slice(0, 300)}`],
    [problem['status'] !== status, 'the status of the body is another'],
    [problem['type'] !== `/problems/${String(problem['code'])}`, 'the type does not fit the code'],
    [companion !== undefined && headers[companion] === undefined, `no ${companion}`],
  ];
  return faults.filter(([isFault]) => isFault).map(([, what]) => what);
}

/** Rows of every table, to see that what was refused left nothing behind. */
export async function rowCounts(rig: ApiRig): Promise<Record<string, string>> {
  const { rows } = await rig.owner.query<{ name: string; rows: string }>(
    `select c.relname as name, (xpath('/row/n/text()', query_to_xml('select count(*) as n from app.' || quote_ident(c.relname), false, true, '')))[1]::text as rows
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'app' and c.relkind in ('r', 'p') and not c.relispartition order by 1`,
  );
  return Object.fromEntries(rows.map(({ name, rows: count }) => [name, count]));
}
