import { setTimeout as sleep } from 'node:timers/promises';
import { BenchChild } from './child.js';
import { startBare, startSystem, untilHeld, type Way } from './deliver-ways.js';
import { compared, type Figure, plain } from './figures.js';
import { runLoad } from './http-load.js';
import { orderRequest, type Target } from './requests.js';
import type { Rig, Variant } from './rig.js';
import type { SinkQuestion, SinkTimes } from './sink.js';
import { median, quantile } from './statistics.js';

export interface DeliverOptions {
  rounds: number;
  messages: number;
  /** Of the slow part, in which latency is measured */
  seconds: number;
}

interface DeliverSample {
  rate: number;
  latencyP50Ms: number;
  latencyP99Ms: number;
  coreMs: number;
  /** Of mails that were ready to be sent. */
  aloneRate: number;
  aloneCoreMs: number;
}

const SUITE = 'deliver';
const CONNECTIONS = 64;
const WARM_UP_MESSAGES = 300;
const SLOW_PER_SECOND = 5;
/** After this a message that has not arrived is lost. */
const ARRIVAL_LIMIT_MS = 180_000;

const now = (): number => performance.timeOrigin + performance.now();

/** Messages a second from webhook to SMTP sink beside a bare loop, and the latency at a slow pace. */
export async function benchDeliver(rig: Rig, options: DeliverOptions): Promise<Figure[]> {
  const sink = await BenchChild.start('sink', {});
  const samples = new Map<string, DeliverSample[]>();
  const keep = (name: string, sample: DeliverSample): void => {
    samples.set(name, [...(samples.get(name) ?? []), sample]);
  };
  try {
    const prepared = new Map<Variant, { url: string; shop: Omit<Target, 'port'> }>();
    for (const variant of rig.variants) {
      const url = await rig.database(`deliver_${variant}`, 'migrated');
      prepared.set(variant, { url, shop: await rig.setUpShop(url, variant, ['order-thank-you']) });
    }
    const bareDatabase = await rig.database('deliver_bare', 'empty');
    for (let round = 0; round < options.rounds; round += 1) {
      const label = (name: string): string => `${name}-${round}`;
      for (const [variant, { url, shop }] of prepared) {
        const way = await startSystem(rig, variant, url, shop, sink.port);
        keep(variant, await measure(rig, way, sink, label(variant), options));
      }
      if (!rig.redis) continue;
      const way = await startBare(bareDatabase, rig.redis.url, sink.port);
      keep('bare', await measure(rig, way, sink, label('bare'), options));
    }
  } finally {
    await sink.stop();
  }
  return figuresOf(rig.variants, samples);
}

async function measure(
  rig: Rig,
  way: Way,
  sink: BenchChild,
  label: string,
  options: DeliverOptions,
): Promise<DeliverSample> {
  try {
    await burst(way, sink, `${label}-warm`, Math.min(WARM_UP_MESSAGES, options.messages));
    await rig.settle();
    const cpuBefore = rig.cpuSeconds(way.pids);
    const seconds = await burst(way, sink, `${label}-fast`, options.messages);
    const cpu = rig.cpuSeconds(way.pids) - cpuBefore;
    const latencies = await trickle(way, sink, `${label}-slow`, options.seconds);
    const alone = await deliverAlone(rig, way, sink, `${label}-held`, options.messages);
    return {
      ...alone,
      rate: options.messages / seconds,
      latencyP50Ms: median(latencies),
      latencyP99Ms: quantile(latencies, 0.99),
      coreMs: (cpu * 1000) / options.messages,
    };
  } finally {
    await way.stop();
  }
}

/** Posts all at once; returns the seconds from the first byte to the last message. */
async function burst(way: Way, sink: BenchChild, label: string, messages: number): Promise<number> {
  await ask(sink, { ask: 'clear' });
  const startedAt = await postAll(way, label, messages);
  const times = Object.values(await arrivals(sink, messages));
  return (times.reduce((last, at) => Math.max(last, at), 0) - startedAt) / 1000;
}

/** Everything but the sending is done before: from the first message at the sink to the last. */
async function deliverAlone(
  rig: Rig,
  way: Way,
  sink: BenchChild,
  label: string,
  messages: number,
): Promise<Pick<DeliverSample, 'aloneRate' | 'aloneCoreMs'>> {
  await ask(sink, { ask: 'clear' });
  await way.hold();
  await postAll(way, label, messages);
  await untilHeld(way, messages, ARRIVAL_LIMIT_MS);
  await rig.settle();
  const cpuBefore = rig.cpuSeconds(way.pids);
  await way.release();
  const times = Object.values(await arrivals(sink, messages)).toSorted((a, b) => a - b);
  const cpu = rig.cpuSeconds(way.pids) - cpuBefore;
  const seconds = ((times.at(-1) ?? Number.NaN) - (times[0] ?? Number.NaN)) / 1000;
  return { aloneRate: (messages - 1) / seconds, aloneCoreMs: (cpu * 1000) / messages };
}

/** One order of a person of its own for each message. Returns when it began. */
async function postAll(way: Way, label: string, messages: number): Promise<number> {
  const offset = numberOf(label);
  const requests = Array.from({ length: messages }, (_, index) =>
    orderRequest(way.target, offset + index, `${label}-${index}@example.com`),
  );
  const startedAt = now();
  const result = await runLoad({ port: way.target.port, connections: CONNECTIONS, next: () => requests.pop() });
  if (result.accepted < messages) throw new Error(`Not every order was accepted: ${JSON.stringify(result.statuses)}`);
  return startedAt;
}

/** Posts a few a second; returns the milliseconds from each webhook to its message. */
async function trickle(way: Way, sink: BenchChild, label: string, seconds: number): Promise<number[]> {
  await ask(sink, { ask: 'clear' });
  const offset = numberOf(label);
  const sentAt = new Map<string, number>();
  for (let index = 0; index < seconds * SLOW_PER_SECOND; index += 1) {
    const email = `${label}-${index}@example.com`;
    const requests = [orderRequest(way.target, offset + index, email)];
    sentAt.set(email, now());
    const pause = sleep(1000 / SLOW_PER_SECOND);
    await runLoad({ port: way.target.port, connections: 1, next: () => requests.pop() });
    await pause;
  }
  const times = await arrivals(sink, sentAt.size);
  return [...sentAt].map(([email, at]) => (times[email] ?? Number.NaN) - at);
}

async function arrivals(sink: BenchChild, count: number): Promise<SinkTimes> {
  const { arrived, doubles } = await ask<{ arrived: number; doubles: number }>(sink, {
    ask: 'until',
    count,
    limitMs: ARRIVAL_LIMIT_MS,
  });
  if (arrived !== count || doubles > 0) throw new Error(`${arrived} of ${count} messages arrived, ${doubles} twice.`);
  return ask<SinkTimes>(sink, { ask: 'times' });
}

const ask = <T = object>(sink: BenchChild, question: SinkQuestion): Promise<T> => sink.ask<T>(question);

/** Order numbers of their own for each part of each round. */
let parts = 0;
function numberOf(label: string): number {
  parts += 1;
  return parts * 100_000 + label.length;
}

function figuresOf(variants: readonly Variant[], samples: ReadonlyMap<string, DeliverSample[]>): Figure[] {
  const of = (name: string, key: keyof DeliverSample): number[] =>
    (samples.get(name) ?? []).map((sample) => sample[key]);
  const hasCeiling = samples.has('bare');
  const against = (candidate: Variant, what: string, key: keyof DeliverSample, limit: object): Figure =>
    hasCeiling
      ? compared({ suite: SUITE, candidate, what, values: of(candidate, key), ceilings: of('bare', key), ...limit })
      : plain(SUITE, candidate, what, of(candidate, key));
  const figures = variants.flatMap((variant) => [
    against(variant, 'messages/s', 'rate', { atLeast: variant === 'redis' ? 0.5 : 0.3 }),
    variant === 'redis'
      ? against(variant, 'latency p50 ms', 'latencyP50Ms', { atMost: 3 })
      : plain(SUITE, variant, 'latency p50 ms', of(variant, 'latencyP50Ms')),
    plain(SUITE, variant, 'latency p99 ms', of(variant, 'latencyP99Ms')),
    plain(SUITE, variant, 'core-ms each', of(variant, 'coreMs')),
    against(variant, 'delivery alone messages/s', 'aloneRate', { atLeast: variant === 'redis' ? 0.7 : 0.3 }),
    plain(SUITE, variant, 'delivery alone core-ms each', of(variant, 'aloneCoreMs')),
  ]);
  if (!hasCeiling) return figures;
  return [
    ...figures,
    plain(SUITE, 'bare', 'latency p99 ms', of('bare', 'latencyP99Ms')),
    plain(SUITE, 'bare', 'core-ms each', of('bare', 'coreMs')),
    plain(SUITE, 'bare', 'delivery alone core-ms each', of('bare', 'aloneCoreMs')),
  ];
}
