import { readFileSync } from 'node:fs';
import {
  ComposeMessage,
  type Concern,
  JourneyPlans,
  LinkFactory,
  RunBacktest,
  SaveDraft,
  SampleMessages,
  LookUpSnippets,
} from '#app/application';
import { parseJourneyText } from '#app/application';
import {
  createDataSource,
  PgBacktestHistory,
  PgFactsReader,
  PgJourneyReader,
  PgJourneyStore,
  PgShops,
  PgUnitOfWork,
  PgSnippetStore,
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

const NO_JOURNEY = '00000000-0000-0000-0000-000000000000';
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
    const secrets = new SecretKeyring(['a secret key for a bench, thirty-two bytes or more']);
    const engine = new LiquidTemplateEngine();
    const read = parseJourneyText(readFileSync(`config/presets/journeys/${preset}.yaml`, 'utf8'), 'yaml');
    if ('faults' in read) throw new Error(JSON.stringify(read.faults));
    await new SaveDraft(uow, new PgJourneyStore(), engine, secrets, ids).run(shopId, read.document, {
      onlyIfChanged: true,
    });
    const compose = new ComposeMessage(engine, new LinkFactory(secrets, { publicUrl: 'https://bench.example' }));
    const plans = new JourneyPlans(new PgJourneyReader());
    return new RunBacktest(
      uow,
      source,
      new PgFactsReader(),
      new PgShops(),
      plans,
      new SampleMessages(compose, ids, new LookUpSnippets(new PgSnippetStore())),
      secrets,
    );
  }
}

/** Reads the same rows by the same statements, and takes every event out of its row. */
function passOver(unitOfWork: PgUnitOfWork, history: PgBacktestHistory, shopId: string): Promise<number> {
  const concern: Concern = {
    journeyId: NO_JOURNEY,
    triggers: ['shipment.delivered'],
    stretch: { from: FROM, to: TO },
  };
  return unitOfWork.inShop(shopId, async (tx) => {
    let events = 0;
    for await (const page of history.pages(tx, { concern, before: TO, casts: new Map() }))
      for (const { source } of page.events) if (source.event.id) events += 1;
    return events;
  });
}

const options = JSON.parse(process.env['BENCH_BACKTEST'] ?? '{}') as Options;
const cost = await run(options);
if (process.send) process.send(cost);
else process.stdout.write(`${JSON.stringify(cost, null, 2)}\n`);
