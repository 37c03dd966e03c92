import type { FastifyRequest } from 'fastify';

/** Events that are taken at the price of one request. */
const EVENTS_PER_REQUEST = 10;
/** What occupies a thread for a moment. */
const THOUGHT = 20;
/** What walks through the history of a shop, or leaves the house. */
const HISTORY = 200;

const COSTS: readonly (readonly [ending: string, cost: number])[] = [
  ['/backtest', HISTORY],
  ['/test-send', HISTORY],
  ['/check', THOUGHT],
  ['/dry-run', THOUGHT],
  ['/publish', THOUGHT],
  ['/preview', THOUGHT],
  ['/install', THOUGHT],
  ['/suppressions/import', THOUGHT],
  ['/snippets/import', THOUGHT],
];

/** What a request takes from the limits of its key, in ordinary requests. */
export function costOf({ method, routeOptions, body }: FastifyRequest): number {
  if (Array.isArray(body)) return Math.max(1, Math.ceil(body.length / EVENTS_PER_REQUEST));
  if (method !== 'POST') return 1;
  return COSTS.find(([ending]) => routeOptions.url?.endsWith(ending))?.[1] ?? 1;
}
