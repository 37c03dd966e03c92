/** Every metric of the installation. Labels are from small closed sets: never an id, a shop or an address. */
export const METRICS = {
  afterglow_webhooks_total: {
    kind: 'counter',
    help: 'Webhooks and API events by source kind and answer',
    labels: ['kind', 'result'],
  },
  afterglow_inbox_total: { kind: 'counter', help: 'Inbox entries taken in, by result', labels: ['result'] },
  afterglow_events_total: { kind: 'counter', help: 'Events folded into facts', labels: [] },
  afterglow_runs_total: { kind: 'counter', help: 'Runs started or moved by events', labels: ['change'] },
  afterglow_timers_total: { kind: 'counter', help: 'Timers that ended, by state', labels: ['state'] },
  afterglow_messages_total: {
    kind: 'counter',
    help: 'Messages that reached a state, by channel',
    labels: ['channel', 'state'],
  },
  afterglow_calls_total: { kind: 'counter', help: 'Tries of webhook calls, by what came of them', labels: ['state'] },
  afterglow_hints_total: { kind: 'counter', help: 'Hints to the queues, by result', labels: ['queue', 'result'] },
  afterglow_errors_total: { kind: 'counter', help: 'Errors of workers and requests, by code', labels: ['code'] },
  afterglow_hand_over_seconds: {
    kind: 'histogram',
    help: 'Time one hand-over to a provider took',
    labels: ['channel'],
  },
  afterglow_round_seconds: {
    kind: 'histogram',
    help: 'Time one batch of work took, empty ones left out',
    labels: ['queue'],
  },
  afterglow_inbox_backlog: { kind: 'gauge', help: 'Inbox entries not yet taken in', labels: [] },
  afterglow_inbox_oldest_seconds: { kind: 'gauge', help: 'Age of the oldest of them', labels: [] },
  afterglow_timers_due: { kind: 'gauge', help: 'Timers due and not yet fired', labels: [] },
  afterglow_messages_queued: { kind: 'gauge', help: 'Messages due and not yet handed over', labels: [] },
  afterglow_messages_unknown: { kind: 'gauge', help: 'Messages whose outcome nobody knows', labels: [] },
  afterglow_providers_open: { kind: 'gauge', help: 'Providers that are sick and left alone', labels: [] },
  afterglow_clock_apart_seconds: {
    kind: 'gauge',
    help: "How much further than time the database's clock has moved; work stands still beyond a minute",
    labels: [],
  },
  afterglow_oldest_transaction_seconds: {
    kind: 'gauge',
    help: 'Time for which the oldest transaction has kept PostgreSQL from clearing away rows that are done',
    labels: [],
  },
  afterglow_dead_rows: { kind: 'gauge', help: 'Rows that are done and not yet cleared away', labels: [] },
  afterglow_dead_letters: { kind: 'gauge', help: 'Open dead letters', labels: [] },
} as const satisfies Record<string, MetricDefinition>;

interface MetricDefinition {
  readonly kind: 'counter' | 'histogram' | 'gauge';
  readonly help: string;
  readonly labels: readonly string[];
}

type Table = typeof METRICS;
type NameOf<K extends MetricDefinition['kind']> = {
  [N in keyof Table]: Table[N]['kind'] extends K ? N : never;
}[keyof Table];
type LabelsOf<N extends keyof Table> = Readonly<Record<Table[N]['labels'][number], string>>;

export type CounterName = NameOf<'counter'>;
export type HistogramName = NameOf<'histogram'>;
export type GaugeName = NameOf<'gauge'>;

/** Numbers for operators. Never throws; costs no I/O. */
export abstract class Metrics {
  abstract count<N extends CounterName>(name: N, labels: LabelsOf<N>, by?: number): void;

  abstract observe<N extends HistogramName>(name: N, seconds: number, labels: LabelsOf<N>): void;

  /** `read` is called when the metrics are fetched, at most once per fetch; when it fails, the last value stands. */
  abstract gauge(name: GaugeName, read: () => number | Promise<number>): void;
}
