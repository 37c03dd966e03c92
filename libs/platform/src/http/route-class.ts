import type { Room } from './bounded.js';

const KIB = 1024;

/**
 * In hand is what one process stores within a tenth of a second. Whoever comes beyond that waits for a quarter of a second at most and
 * is then told to come again, long before a sender gives up on what is stored after all.
 */
const HOOKS_ROOM: Room = { atOnce: 512, waiting: 4_096, patienceMs: 250 };

/** Each holds its list in memory while it is read, or what it has written of it. */
const LISTS_ROOM: Room = { atOnce: 2, waiting: 8, patienceMs: 2_000 };

/** Threads that compile and check answer within half a minute or are ended; several may be asked one after the other. */
const THREADS_MS = 120_000;

/** `stream`: read piece by piece by whoever handles it. */
export type BodyFormat = 'raw' | 'json' | 'text' | 'form' | 'multipart' | 'stream';

/** What a group of routes takes and how it is dressed. Found once per route, when it is registered. */
export interface RouteClass {
  readonly bodyLimit: number;
  /** Values in one JSON body. */
  readonly maxNodes: number;
  readonly formats: ReadonlyMap<string, BodyFormat>;
  /** `page` and `docs` are looked at in a browser and get its protective headers. */
  readonly dress: 'data' | 'page' | 'docs';
  /** So long may an answer take before its connection is given up; 0: for ever, null: as everywhere else. */
  readonly patienceMs: number | null;
  /** For requests of one route in this process; null: for any number. */
  readonly room: Room | null;
}

const YAML = ['application/yaml', 'application/x-yaml', 'text/yaml'];
const JSON_ONLY = new Map<string, BodyFormat>([['application/json', 'json']]);
const WITH_YAML = new Map<string, BodyFormat>([...JSON_ONLY, ...YAML.map((type) => [type, 'text'] as const)]);
const RAW = new Map<string, BodyFormat>(
  ['application/json', 'application/cloudevents+json', 'application/x-www-form-urlencoded', 'text/plain'].map(
    (type) => [type, 'raw'],
  ),
);
const FORMS = new Map<string, BodyFormat>([
  ['application/x-www-form-urlencoded', 'form'],
  ['multipart/form-data', 'multipart'],
]);

const WITH_CSV = new Map<string, BodyFormat>([...JSON_ONLY, ['text/csv', 'stream']]);

const ANY: RouteClass = {
  bodyLimit: 64 * KIB,
  maxNodes: 10_000,
  formats: JSON_ONLY,
  dress: 'data',
  patienceMs: null,
  room: null,
};
const PAGE: RouteClass = { ...ANY, bodyLimit: 8 * KIB, formats: FORMS, dress: 'page' };
const DOCS: RouteClass = { ...ANY, dress: 'docs' };

/** The first prefix that fits decides. */
const CLASSES: readonly (readonly [prefix: string, routeClass: RouteClass])[] = [
  ['/hooks/', { ...ANY, bodyLimit: 256 * KIB, formats: RAW, room: HOOKS_ROOM }],
  ['/api/v1/journeys', { ...ANY, bodyLimit: 1024 * KIB, formats: WITH_YAML, patienceMs: THREADS_MS }],
  ['/api/v1/presets', { ...ANY, patienceMs: THREADS_MS }],
  ['/api/v1/events', { ...ANY, bodyLimit: 1024 * KIB, maxNodes: 100_000, room: HOOKS_ROOM }],
  [
    '/api/v1/suppressions/import',
    { ...ANY, bodyLimit: 512 * KIB, formats: WITH_CSV, patienceMs: THREADS_MS, room: LISTS_ROOM },
  ],
  [
    '/api/v1/snippets/import',
    { ...ANY, bodyLimit: 1024 * KIB, formats: WITH_CSV, patienceMs: THREADS_MS, room: LISTS_ROOM },
  ],
  ['/api/v1/snippets/export', { ...ANY, patienceMs: THREADS_MS, room: LISTS_ROOM }],
  // goes over everybody known before it writes of the others
  ['/api/v1/suppressions/export', { ...ANY, patienceMs: THREADS_MS, room: LISTS_ROOM }],
  ['/api/v1/clock/advance', { ...ANY, patienceMs: 0 }],
  ['/s/', PAGE],
  ['/u/', PAGE],
  ['/p/', PAGE],
  ['/c/', PAGE],
  ['/l/', PAGE],
  ['/q/', PAGE],
  ['/join/', PAGE],
  ['/outbox', PAGE],
  ['/docs', DOCS],
  ['/queues', DOCS],
];

/** Every media type that some route takes as a whole. */
export const MEDIA_TYPES: readonly string[] = [...new Set([...WITH_YAML.keys(), ...RAW.keys(), ...FORMS.keys()])];

/** Those that some route takes piece by piece. */
export const STREAMED_TYPES: readonly string[] = ['text/csv'];

export function routeClassOf(url: string): RouteClass {
  return CLASSES.find(([prefix]) => url.startsWith(prefix))?.[1] ?? ANY;
}
