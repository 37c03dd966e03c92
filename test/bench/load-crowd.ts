import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchChild } from './child.js';
import { bounded, compared, type Figure, plain } from './figures.js';
import { runLoad } from './http-load.js';
import { journeyOf } from './journeys.js';
import { orderRequest, type Target } from './requests.js';
import { type Rig, withClient } from './rig.js';
import type { SinkTimes } from './sink.js';
import { quantile } from './statistics.js';

export interface CrowdOptions {
  /** Waits of one shop that end at the same moment. */
  crowd: number;
}

const SUITE = 'load';
const MAIL_STEP = '{ id: mail, kind: send, settings: { template: word, channels: [email] } }';
const MAIL = journeyOf(MAIL_STEP);
const WAIT_AND_MAIL = journeyOf(`{ id: rest, kind: wait, settings: { for: P30D } }, ${MAIL_STEP}`);
const PROBE_EVERY_MS = 200;
const QUIET_PROBES = 100;
const LIMIT_MS = 900_000;

/** So many waits of one shop end at once, beside another shop whose people get a mail each at once. */
export async function benchCrowd(rig: Rig, { crowd }: CrowdOptions): Promise<Figure[]> {
  const url = await rig.database('load_crowd', 'migrated');
  const sink = await BenchChild.start('sink', {});
  const mail = { SMTP_URL: `smtp://127.0.0.1:${sink.port}`, MAIL_FROM: 'Bench <bench@example.com>' };
  try {
    const huge = await rig.setUpShop(url, 'postgres', [], { journey: WAIT_AND_MAIL });
    await anotherShopFirst(url);
    const apiKey = randomBytes(24).toString('base64url');
    const other = await rig.setUpShop(url, 'postgres', [], { journey: MAIL, apiKey });
    const env = { ...mail, BOOTSTRAP_API_KEY: apiKey };
    const ingest = await rig.startApp('ingest', url, 'postgres', env);
    const worker = await rig.startApp('worker', url, 'postgres', env);
    const probe = new MailProbe({ ...other, port: ingest.port });
    await enter({ ...huge, port: ingest.port }, url, crowd);
    const quiet = await probe.take(QUIET_PROBES);
    await sink.ask({ ask: 'until', count: quiet.size, limitMs: LIMIT_MS });
    const cpuBefore = rig.cpuSeconds([worker.pid]);
    const dueAt = await makeDue(url);
    const probing = probe.takeUntilStopped();
    await sink.ask({ ask: 'until', count: crowd + quiet.size, limitMs: LIMIT_MS });
    const busy = await probing.stop();
    await sink.ask({ ask: 'until', count: crowd + quiet.size + busy.size, limitMs: LIMIT_MS });
    const cpu = rig.cpuSeconds([worker.pid]) - cpuBefore;
    const times = await sink.ask<SinkTimes>({ ask: 'times' });
    const { doubles } = await sink.ask<{ doubles: number }>({ ask: 'until', count: 0, limitMs: 0 });
    await Promise.all([ingest.stop(), worker.stop()]);
    return figuresOf({ crowd, times, dueAt, quiet, busy, cpu, doubles });
  } finally {
    await sink.stop();
  }
}

/** The first key of an installation is one of its oldest shop's: of this one from now on. */
async function anotherShopFirst(url: string): Promise<void> {
  await withClient(url, (client) =>
    client.query(
      `insert into app.shop (id, name, time_zone, currency, locale, created_at)
       select gen_random_uuid(), 'another', time_zone, currency, locale, created_at - interval '1 day' from app.shop`,
    ),
  );
}

async function enter(target: Target, url: string, crowd: number): Promise<void> {
  let sent = 0;
  const next = (): Buffer | undefined => {
    sent += 1;
    return sent > crowd ? undefined : orderRequest(target, 60_000_000 + sent, `crowd-${sent}@example.com`);
  };
  await runLoad({ port: target.port, connections: 16, next });
  await withClient(url, async (client) => {
    const deadline = performance.now() + LIMIT_MS;
    for (;;) {
      const { rows } = await client.query<{ n: number }>('select count(*)::int as n from app.timer');
      if (rows[0]?.n === crowd) return;
      if (performance.now() > deadline) throw new Error(`${rows[0]?.n} of ${crowd} wait after ${LIMIT_MS} ms.`);
      await sleep(500);
    }
  });
}

/** As if thirty days had passed for all of them. Returns when they had, in milliseconds since the epoch. */
async function makeDue(url: string): Promise<number> {
  await withClient(url, (client) =>
    client.query(
      `begin;
       update app.journey_run r set state = jsonb_set(r.state, '{stepState,until}', to_jsonb((extract(epoch from app.now()) * 1000)::bigint))
         where r.status = 'waiting';
       update app.timer t set due_at = to_timestamp((r.state->'stepState'->>'until')::numeric / 1000)
         from app.journey_run r where r.shop_id = t.shop_id and r.id = t.run_id;
       commit`,
    ),
  );
  return performance.timeOrigin + performance.now();
}

/** One order after the other, and when each was answered, by recipient. */
class MailProbe {
  private sent = 0;

  constructor(private readonly target: Target) {}

  async take(count: number): Promise<Answered> {
    const answered: Answered = new Map();
    while (answered.size < count) await this.one(answered);
    return answered;
  }

  takeUntilStopped(): { stop: () => Promise<Answered> } {
    const end = { isWished: false };
    const taking = (async () => {
      const answered: Answered = new Map();
      while (!end.isWished) await this.one(answered);
      return answered;
    })();
    return {
      stop: () => {
        end.isWished = true;
        return taking;
      },
    };
  }

  private async one(answered: Answered): Promise<void> {
    this.sent += 1;
    const address = `other-${this.sent}@example.com`;
    const requests = [orderRequest(this.target, 70_000_000 + this.sent, address)];
    await runLoad({ port: this.target.port, connections: 1, next: () => requests.pop() });
    answered.set(address, performance.timeOrigin + performance.now());
    await sleep(PROBE_EVERY_MS);
  }
}

type Answered = Map<string, number>;

interface Measured {
  crowd: number;
  times: SinkTimes;
  dueAt: number;
  quiet: Answered;
  busy: Answered;
  cpu: number;
  doubles: number;
}

function figuresOf({ crowd, times, dueAt, quiet, busy, cpu, doubles }: Measured): Figure[] {
  const ofCrowd = Object.entries(times).flatMap(([address, at]) => (address.startsWith('crowd-') ? [at] : []));
  const first = (quantile(ofCrowd, 0) - dueAt) / 1_000;
  const last = (quantile(ofCrowd, 1) - dueAt) / 1_000;
  const latencies = (probes: Answered): number[] =>
    [...probes].flatMap(([address, at]) => (times[address] === undefined ? [] : [times[address] - at]));
  const candidate = `${crowd.toLocaleString('en')} waits that end at once`;
  const other = 'another shop meanwhile';
  return [
    bounded({ suite: SUITE, candidate, what: 'seconds to the first mail', values: [first], atMost: 2 }),
    bounded({ suite: SUITE, candidate, what: 'mails/s', values: [crowd / last], atLeast: 200 }),
    plain(SUITE, candidate, 'core-ms each', [(cpu * 1_000) / crowd]),
    bounded({ suite: SUITE, candidate, what: 'lost', values: [crowd - ofCrowd.length], atMost: 0 }),
    bounded({ suite: SUITE, candidate, what: 'doubled', values: [doubles], atMost: 0 }),
    ...[0.5, 0.95].map((share) =>
      compared({
        suite: SUITE,
        candidate: other,
        what: `p${share * 100} ms from order to mail`,
        values: [quantile(latencies(busy), share)],
        ceilings: [quantile(latencies(quiet), share)],
        atMost: 1.2,
      }),
    ),
  ];
}
