import { type DueMessage, FenceMessages, type MessageContent } from '#app/application';
import { ConfiguredChannels } from '#app/channels';
import {
  createDataSource,
  pg,
  PgContactStore,
  PgDeliveryStore,
  PgShops,
  PgUnitOfWork,
  prepareDatabase,
} from '#app/persistence';
import { SecretKeyring } from '#app/platform';
import type { DataSource } from 'typeorm';
import { bounded, compared, type Figure, plain } from './figures.js';
import { type Filled, fillForGate } from './gate-fill.js';
import { plansOf } from './gate-plans.js';
import { type Rig, withClient } from './rig.js';
import { median, quantile } from './statistics.js';

export interface GateOptions {
  people: number;
  /** Of each class and way. */
  messages: number;
}

type Composed = Parameters<FenceMessages['run']>[1][number];
type Route = Parameters<FenceMessages['run']>[2];

/** What a message takes, its share of a chunk. */
interface Times {
  readonly ms: readonly number[];
  readonly coreMs: number;
}

const SUITE = 'gate';
/** As delivery fences them. */
const CHUNK = 20;
const WARM_UP = 200;
const LEASE_MS = 180_000;
const TARGET_MS = 1;
const CONTENT: MessageContent = { subject: 'A note', text: 'A note', html: null };
const CUSTOMER = `select facts from app.customer where shop_id = app.current_shop() and id = $1`;

/** Everything up to the verdicts is the gate's; there it ends, and the messages stay as they are. */
class UpToTheVerdict extends PgDeliveryStore {
  judgedAtMs = 0;

  override fence(): Promise<ReadonlySet<string>> {
    this.judgedAtMs = performance.now();
    return Promise.resolve(new Set());
  }
}

/** The gate over one database, as a worker asks it. */
class GateBench {
  private readonly store = new UpToTheVerdict();
  private readonly contacts = new PgContactStore();
  private readonly uow: PgUnitOfWork;
  private readonly fence: FenceMessages;
  private readonly route: Route;

  constructor(
    private readonly rig: Rig,
    readonly dataSource: DataSource,
    private readonly shopId: string,
  ) {
    this.uow = new PgUnitOfWork(dataSource);
    this.fence = new FenceMessages(
      this.uow,
      this.store,
      this.contacts,
      new SecretKeyring([rig.secretKey]),
      new PgShops(),
    );
    const channel = new ConfiguredChannels({}).forMedium('email');
    this.route = { key: channel.code, accountId: null, channel, weight: 1, limits: null };
  }

  /** Chunks of messages at the fence, from its first statement to the last verdict. */
  gate(ids: readonly string[], size: number): Promise<Times> {
    return this.timed(ids, size, async (composed) => {
      await this.fence.run(this.shopId, composed, this.route, LEASE_MS);
      return this.store.judgedAtMs;
    });
  }

  /** What the contact rules rest on, alone. */
  books(ids: readonly string[], size: number): Promise<Times> {
    return this.timed(ids, size, (composed) =>
      this.uow.inShop(this.shopId, async (tx) => {
        const messages = composed.map(({ message }) => message);
        await this.contacts.books(tx, messages);
        return performance.now();
      }),
    );
  }

  /** The least that anything asked of the database takes: a transaction with one look-up by key. */
  bare(ids: readonly string[]): Promise<Times> {
    return this.timed(ids, 1, ([one]) =>
      this.uow.inShop(this.shopId, async (tx) => {
        await pg(tx).query(CUSTOMER, [one?.message.customerId], 'bench_bare');
        return performance.now();
      }),
    );
  }

  private async timed(
    ids: readonly string[],
    size: number,
    run: (composed: readonly Composed[]) => Promise<number>,
  ): Promise<Times> {
    const chunks: (readonly Composed[])[] = [];
    for (let start = 0; start < ids.length; start += size)
      chunks.push(await this.composed(ids.slice(start, start + size)));
    const ms: number[] = [];
    const cpuBefore = this.rig.cpuSeconds([process.pid]);
    for (const chunk of chunks) {
      const startedAt = performance.now();
      ms.push(((await run(chunk)) - startedAt) / chunk.length);
    }
    return { ms, coreMs: ((this.rig.cpuSeconds([process.pid]) - cpuBefore) * 1_000) / ids.length };
  }

  private async composed(ids: readonly string[]): Promise<Composed[]> {
    const claims = ids.map((id) => ({ shopId: this.shopId, id, epoch: 1, attempts: 1, isSuspect: false }));
    const messages = await this.uow.inShop(this.shopId, (tx) => this.store.load(tx, claims));
    if (messages.length < ids.length) throw new Error(`${messages.length} of ${ids.length} messages were claimed.`);
    const addresses = await this.addressesOf(messages);
    return messages.map((message) => ({
      message,
      priority: 50,
      journey: 'say',
      address: addresses.get(message.customerId) ?? null,
      fromName: 'bench',
      sender: null,
      content: CONTENT,
      error: null,
      links: { variables: {}, tokens: [], unsubscribeUrl: null },
    }));
  }

  private async addressesOf(messages: readonly DueMessage[]): Promise<ReadonlyMap<string, string>> {
    const rows = await this.uow.inShop(this.shopId, (tx) =>
      pg(tx).query<{ id: string; email: string }>(
        'select id, email from app.customer where shop_id = app.current_shop() and id = any($1::uuid[])',
        [messages.map(({ customerId }) => customerId)],
      ),
    );
    return new Map(rows.map(({ id, email }) => [id, email]));
  }
}

/** The last question before a message leaves, asked in a shop of many people: what it takes, and how it is looked up. */
export async function benchGate(
  rig: Rig,
  { people, messages }: GateOptions,
): Promise<{ figures: Figure[]; plan: string }> {
  const url = await rig.database('gate', 'migrated');
  const { appUrl } = await prepareDatabase({ ownerUrl: url, secretKeys: [rig.secretKey] });
  const filled = await withClient(url, (client) => fillForGate(client, people, 2 * (4 * messages + WARM_UP)));
  await rig.settle();
  const figures = await measured(rig, appUrl, filled, messages, people);
  const plan = await plansOf(url, appUrl, async (dataSource) => {
    const bench = new GateBench(rig, dataSource, filled.shopId);
    await bench.gate(filled.marketing.slice(0, CHUNK), CHUNK);
  });
  return { figures, plan };
}

async function measured(
  rig: Rig,
  appUrl: string,
  { shopId, marketing, service }: Filled,
  messages: number,
  people: number,
): Promise<Figure[]> {
  const dataSource = await createDataSource(appUrl).initialize();
  try {
    const bench = new GateBench(rig, dataSource, shopId);
    // everybody is asked once: what one found in memory the next one doesn't
    const part = (ids: readonly string[], n: number): readonly string[] =>
      ids.slice(WARM_UP + n * messages, WARM_UP + (n + 1) * messages);
    await bench.gate(marketing.slice(0, WARM_UP), 1);
    await bench.gate(service.slice(0, WARM_UP), 1);
    const bare = await bench.bare(part(service, 2));
    const of = (name: string): string => `${name} of ${people.toLocaleString('en')} people`;
    return [
      ...figuresOf(of('a marketing message'), await bench.gate(part(marketing, 0), 1), bare),
      ...figuresOf(of('one of 20 marketing messages'), await bench.gate(part(marketing, 1), CHUNK), bare),
      ...figuresOf(of('its part of the books'), await bench.books(part(marketing, 2), CHUNK), bare),
      ...figuresOf(of('a service message'), await bench.gate(part(service, 0), 1), bare),
      ...figuresOf(of('one of 20 service messages'), await bench.gate(part(service, 1), CHUNK), bare),
      plain(SUITE, 'bare look-up by key', 'p99 ms', [quantile(bare.ms, 0.99)]),
      plain(SUITE, 'bare look-up by key', 'core-ms each', [bare.coreMs]),
    ];
  } finally {
    await dataSource.destroy();
  }
}

function figuresOf(candidate: string, { ms, coreMs }: Times, bare: Times): Figure[] {
  return [
    bounded({ suite: SUITE, candidate, what: 'median ms', values: [median(ms)], atMost: TARGET_MS }),
    compared({
      suite: SUITE,
      candidate,
      what: 'by a look-up',
      values: [median(ms)],
      ceilings: [median(bare.ms)],
      atMost: 4,
    }),
    plain(SUITE, candidate, 'p99 ms', [quantile(ms, 0.99)]),
    plain(SUITE, candidate, 'core-ms each', [coreMs]),
  ];
}
