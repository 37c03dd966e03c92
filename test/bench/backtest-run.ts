import { readFileSync } from 'node:fs';
import { ComposeMessage, JourneyPlans, LinkFactory, RunBacktest, SaveDraft, SampleMessages } from '#app/application';
import { parseJourneyText } from '#app/application';
import {
  createDataSource,
  PgBacktestHistory,
  PgFactsReader,
  PgJourneyReader,
  PgJourneyStore,
  PgUnitOfWork,
} from '#app/persistence';
import { SecretKeyring, UuidV7Ids } from '#app/platform';
import { LiquidTemplateEngine } from '#app/templates';

/** What one pass over the history cost this process. */
export interface BacktestCost {
  readonly events: number;
  readonly seconds: number;
  /** Of this process; the database's is its own. */
  readonly cpuSeconds: number;
  /** Peak of this process. */
  readonly rssMiB: number;
  readonly report: object | null;
}

const PAGE = 500;
const FROM = Date.parse('2016-01-01T00:00:00Z');
const TO = Date.parse(process.env['BENCH_TO'] ?? '2019-01-01T00:00:00Z');

interface Options {
  readonly url: string;
  readonly shopId: string;
  /** A preset; null reads the rows and does nothing with them. */
  readonly preset: string | null;
}

async function run({ url, shopId, preset }: Options): Promise<BacktestCost> {
  const dataSource = await createDataSource(url, { poolSize: 2 }).initialize();
  const unitOfWork = new PgUnitOfWork(dataSource);
  const history = new PgBacktestHistory();
  const startedAt = performance.now();
  const before = process.cpuUsage();
  let events = 0;
  let report: object | null = null;
  try {
    if (preset === null) events = await passOver(unitOfWork, history, shopId);
    else {
      const result = await makeBacktest(unitOfWork, history).then((backtest) =>
        backtest.run(shopId, { key: preset, from: FROM, to: TO }),
      );
      events = result.events;
      report = { ...result, sample: result.sample.length, messages: { ...result.messages, byDay: undefined } };
    }
  } finally {
    await dataSource.destroy();
  }
  const { user, system } = process.cpuUsage(before);
  return {
    events,
    seconds: (performance.now() - startedAt) / 1000,
    cpuSeconds: (user + system) / 1_000_000,
    rssMiB: process.resourceUsage().maxRSS / 1024,
    report,
  };

  async function makeBacktest(uow: PgUnitOfWork, source: PgBacktestHistory): Promise<RunBacktest> {
    const ids = new UuidV7Ids();
    const secrets = new SecretKeyring('a secret key for a bench, thirty-two bytes or more');
    const engine = new LiquidTemplateEngine();
    const read = parseJourneyText(readFileSync(`config/presets/journeys/${preset}.yaml`, 'utf8'), 'yaml');
    if ('faults' in read) throw new Error(JSON.stringify(read.faults));
    await new SaveDraft(uow, new PgJourneyStore(), engine, secrets, ids).run(shopId, read.document, {
      onlyIfChanged: true,
    });
    const compose = new ComposeMessage(engine, new LinkFactory(secrets, { publicUrl: 'https://bench.example' }));
    const plans = new JourneyPlans(new PgJourneyReader());
    return new RunBacktest(uow, source, new PgFactsReader(), plans, new SampleMessages(compose, ids), secrets);
  }
}

async function passOver(unitOfWork: PgUnitOfWork, history: PgBacktestHistory, shopId: string): Promise<number> {
  let events = 0;
  for (let page = await read(null); page.length > 0;) {
    events += page.length;
    const last = page.at(-1);
    if (page.length < PAGE || !last) break;
    page = await read({ receivedAt: last.event.receivedAt, inboxId: last.inboxId, ordinal: last.ordinal });
  }
  return events;

  function read(after: Parameters<PgBacktestHistory['events']>[1]) {
    return unitOfWork.inShop(shopId, (tx) => history.events(tx, after, TO, PAGE));
  }
}

const options = JSON.parse(process.env['BENCH_BACKTEST'] ?? '{}') as Options;
const cost = await run(options);
if (process.send) process.send(cost);
else process.stdout.write(`${JSON.stringify(cost, null, 2)}\n`);
