import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Cluster, eventually } from '../e2e/installation.js';
import { AfterglowClient, type CreatedSource } from '../support/afterglow-client.js';
import type { TestBackend } from '../support/describe-backends.js';
import { type AppName, AppProcess, freePort, projectRoot, tidyUp } from '../support/processes.js';
import { isLong } from '../support/proof.js';
import { seededRandom } from '../support/seeded-random.js';
import { SmtpSink } from '../support/smtp-sink.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { TwilioStub } from '../support/twilio-stub.js';
import { emptyTables } from './empty-tables.js';
import { publishJourney } from './journey.js';
import { Load, type Tally, type Target } from './load.js';
import { ask } from '../support/ask.js';
import { Oracle, type Outcome } from './oracle.js';
import { portOf, redisProxy, throughPort } from './through-proxy.js';

/** More than a death costs: the leases that a dead process leaves, and the sweep that finds them. */
const SETTLE_LIMIT_MS = isLong ? 1_800_000 : 120_000;
/** Six processes that start at once on a machine that has more to do. */
const READY_LIMIT_MS = 180_000;
const DEATH_LIMIT_MS = 120_000;

/** What the rows stand on: one server, or a pair of which the one takes over from the other. */
export type DatabaseServer = Pick<Cluster, 'secretKey' | 'database' | 'goAway' | 'crash' | 'comeBack' | 'stop'>;

export interface FleetSize {
  readonly ingest: number;
  readonly worker: number;
}

const NOTHING = { cases: 0, messages: 0, kills: 0, stops: 0, unknown: 0 };

/** A process of the fleet; `process` is undefined while its successor starts. */
interface Member {
  readonly name: AppName;
  readonly port: number;
  process: AppProcess | undefined;
}

/** Seed of this run: FAULTS_SEED repeats one. Printed by each test that draws from it. */
const SEED = Number(process.env['FAULTS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** A whole installation on real processes, every connection of which goes through a proxy, and the hands to break it. */
export class FaultRig {
  readonly random = seededRandom(SEED);
  readonly apps: Member[] = [];
  /** How often a process was killed, and how often one was made to stand still. */
  kills = 0;
  stops = 0;
  private load: Load | undefined;
  private readonly starting: Promise<void>[] = [];
  private nextOrder = 1;
  /** What rows before had counted already, on this same rig. */
  private counted = NOTHING;
  /** Tables that fill while orders come in. */
  private filling: readonly string[] = [];

  private constructor(
    readonly backend: TestBackend['kind'],
    readonly cluster: DatabaseServer,
    readonly databaseUrl: string,
    /** Between the apps and PostgreSQL. */
    readonly database: TcpProxy,
    /** Between the apps and Redis; undefined where the queue lives in PostgreSQL. */
    readonly redis: TcpProxy | undefined,
    readonly smtp: TcpProxy,
    readonly mails: SmtpSink,
    readonly texts: TwilioStub,
    readonly oracle: Oracle,
    private readonly env: Readonly<Record<string, string>>,
    private readonly apiKey: string,
  ) {}

  /**
   * @param more settings of the processes beside those of the rig
   * @param server what the rows stand on; a server of the rig's own when left out
   */
  static async start(
    backend: TestBackend,
    size: FleetSize = { ingest: 2, worker: 2 },
    pause = 'PT2S',
    more: Readonly<Record<string, string>> = {},
    server?: DatabaseServer,
  ): Promise<FaultRig> {
    const cluster = server ?? (await Cluster.start({ max_connections: '300' }));
    const databaseUrl = await cluster.database();
    const mails = await SmtpSink.start();
    const texts = await TwilioStub.start();
    const database = await TcpProxy.start(portOf(databaseUrl));
    const smtp = await TcpProxy.start(mails.port);
    const redisUrl = backend.redisUrl();
    const redis = await redisProxy(redisUrl);
    const apiKey = randomBytes(24).toString('base64url');
    const env = {
      DATABASE_URL: throughPort(databaseUrl, database.port),
      SECRET_KEY: cluster.secretKey,
      BOOTSTRAP_API_KEY: apiKey,
      LOG_LEVEL: 'warn',
      SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
      MAIL_FROM: 'Shop <shop@example.com>',
      TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: 'a token of the stub',
      TWILIO_FROM: '+15005550006',
      TWILIO_BASE_URL: texts.url,
      ...(redisUrl ? { REDIS_URL: redis ? throughPort(redisUrl, redis.port) : redisUrl } : {}),
      ...more,
    };
    const oracle = new Oracle(databaseUrl, mails, texts);
    const rig = new FaultRig(
      backend.kind,
      cluster,
      databaseUrl,
      database,
      redis,
      smtp,
      mails,
      texts,
      oracle,
      env,
      apiKey,
    );
    await rig.open(size, pause).catch(async (error: unknown) => {
      await rig.stop();
      throw error;
    });
    return rig;
  }

  /** Where the shop's webhooks go. */
  get target(): Target {
    if (!this.load) throw new Error('Start the rig first.');
    return this.load.target;
  }

  get tally(): Tally {
    if (!this.load) throw new Error('Start the rig first.');
    return this.load.tally;
  }

  /** What was seeded how, for reports. */
  get seed(): number {
    return SEED;
  }

  /** What came since the row before, of totals that grow as long as the rig stands. */
  ofThisRow({ accepted, messages, unknown }: Outcome): typeof this.counted {
    const before = this.counted;
    this.counted = { cases: accepted, messages, kills: this.kills, stops: this.stops, unknown };
    return {
      cases: accepted - before.cases,
      messages: messages - before.messages,
      kills: this.kills - before.kills,
      stops: this.stops - before.stops,
      unknown: unknown - before.unknown,
    };
  }

  /** A new version of the journey, for whoever enters from now on. */
  async renewJourney(pause: string): Promise<void> {
    const client = this.client();
    await publishJourney(client, pause, READY_LIMIT_MS);
    client.close();
  }

  /** Sends so many new orders; resolves when each has been taken. */
  async send(count: number, perSecond: number): Promise<void> {
    const first = this.nextOrder;
    this.nextOrder += count;
    await this.load?.send(first, count, perSecond);
  }

  /** Sends each of so many new orders this often at once. */
  async sendEach(count: number, times: number): Promise<void> {
    const first = this.nextOrder;
    this.nextOrder += count;
    for (let id = first; id < first + count; id += 1) await this.load?.sendAtOnce(id, times);
  }

  /** The bytes of the next order's webhook, and the port of a process that takes it. */
  rawRequest(): { readonly bytes: Buffer; readonly port: number } {
    const port = this.apps.find(({ name }) => name === 'ingest')?.port;
    if (!this.load || port === undefined) throw new Error('Start the rig first.');
    return { bytes: this.load.rawRequest(this.nextOrder), port };
  }

  /** Sends orders while `harm` is done again and again. */
  async sendDuring(count: number, perSecond: number, harm: () => Promise<void>): Promise<void> {
    let isOver = false;
    const harming = (async () => {
      while (!isOver) await harm();
    })();
    try {
      await this.send(count, perSecond);
    } finally {
      isOver = true;
      await harming;
    }
  }

  /** Lets everything come to rest and asks what came of all orders that were taken so far. */
  async judge(limitMs = SETTLE_LIMIT_MS): Promise<Outcome> {
    await this.complete();
    return this.oracle.judge(this.tally.accepted, limitMs);
  }

  /** `kill -9` for one process of a kind, any but the last one that runs and the one spared; its successor starts meanwhile. */
  async killOne(name: AppName, spared?: AppProcess): Promise<void> {
    const running = this.apps.filter((app) => app.name === name && app.process);
    const others = running.filter(({ process }) => process !== spared);
    const victim = others[Math.floor(this.random() * others.length)];
    if (victim && running.length > 1) await this.kill(victim);
  }

  /** All processes at once. */
  async killAll(): Promise<void> {
    await Promise.all(this.apps.map((app) => this.kill(app)));
  }

  /** As SIGINT does it, for all of a kind. @throws when one doesn't end by itself within the limit */
  async stopAll(name: AppName, limitMs: number): Promise<void> {
    await Promise.all(
      this.apps.map(async (app) => {
        if (app.name !== name || !app.process) return;
        const { process } = app;
        app.process = undefined;
        this.stops += 1;
        await process.stop(limitMs);
      }),
    );
  }

  /** In the place of one that was stopped, with a flaw of injuries.ts; it may not live long enough to be ready. */
  startInjured(name: AppName, injury: string): AppProcess {
    const member = this.apps.find((app) => app.name === name && !app.process);
    if (!member) throw new Error(`Stop a process of ${name} first: an injured one takes its place.`);
    const injuries = pathToFileURL(path.join(projectRoot(), 'dist', 'test', 'faults', 'injuries.js'));
    const env = { ...this.env, NODE_OPTIONS: `--import=${injuries.href}`, INJURY: injury };
    member.process = AppProcess.launch({ app: name, port: member.port, env });
    return member.process;
  }

  /** Resolves when an injured process has died of its injury. @throws when it lives on */
  async untilDead(process: AppProcess): Promise<void> {
    if (!(await process.endsWithin(DEATH_LIMIT_MS)))
      throw new Error(`${process.name} should have died:\n${process.tail()}`);
    if (!process.wasKilled) throw new Error(`${process.name} should have been killed:\n${process.tail()}`);
    for (const app of this.apps) if (app.process === process) app.process = undefined;
    this.kills += 1;
  }

  /**
   * As a deployment does it: the successor is ready, and gets what comes, before the one in whose place it is is told to stop.
   * @throws when that one doesn't end by itself in time
   */
  async replace(member: Member, limitMs: number, build?: string): Promise<void> {
    const { process } = member;
    const port = await freePort();
    const successor = await this.spawn(member.name, port, build);
    Object.assign(member, { port, process: successor });
    this.load?.moveTo(this.takers());
    await process?.stop(limitMs);
  }

  /** An injured one is killed, and a sound one takes its place; those that were stopped come back too. */
  async heal(injured: AppProcess): Promise<void> {
    await injured.kill();
    await this.untilDead(injured);
    await this.startAgain();
  }

  async startAgain(): Promise<void> {
    const start = async (app: Member) => void (app.process ??= await this.spawn(app.name, app.port));
    await Promise.all(this.apps.map(start));
  }

  /** Starts again whoever has ended by itself, as a supervisor does; returns how many had. */
  async raiseFallen(): Promise<number> {
    const fallen = this.apps.filter((app) => app.process?.hasEnded);
    for (const app of fallen) app.process = undefined;
    this.kills += fallen.length;
    await this.startAgain();
    return fallen.length;
  }

  /** Resolves when every successor is there. */
  async complete(): Promise<void> {
    await Promise.all(this.starting);
  }

  private async kill(member: Member): Promise<void> {
    const victim = member.process;
    if (!victim) return;
    member.process = undefined;
    await victim.kill();
    this.kills += 1;
    const start = this.spawn(member.name, member.port).then((started) => void (member.process = started));
    // whoever waits for the fleet to be complete is told of a failure
    start.catch(() => undefined);
    this.starting.push(start);
  }

  /** As if no order had come yet: the row before may have left what no later one must be blamed for. */
  async startOver(): Promise<void> {
    await this.complete();
    await this.startAgain();
    // whoever works at that moment may be in the way
    await eventually(() => this.sql(`truncate ${this.filling.join(', ')}`).then(() => true), READY_LIMIT_MS);
    this.tally.accepted.clear();
    this.tally.answers.clear();
    this.tally.refusals.length = 0;
    [this.kills, this.stops, this.counted] = [0, 0, NOTHING];
  }

  /** The workers that run. */
  workers(): AppProcess[] {
    return this.running('worker');
  }

  running(name: AppName): AppProcess[] {
    return this.apps.flatMap((app) => (app.name === name && app.process ? [app.process] : []));
  }

  /** Sleeps for a random time between these, in milliseconds. */
  async pause(fromMs: number, toMs: number): Promise<void> {
    await sleep(fromMs + this.random() * (toMs - fromMs));
  }

  /** As the schema's owner. */
  async sql(text: string): Promise<void> {
    await ask(this.databaseUrl, text);
  }

  async stop(): Promise<void> {
    this.load?.close();
    await tidyUp(
      async () => {
        await Promise.allSettled(this.starting);
        for (const { process } of this.apps) await process?.kill();
      },
      () => this.database.stop(),
      () => this.redis?.stop(),
      () => this.smtp.stop(),
      () => this.cluster.stop(),
      () => this.mails.stop(),
      () => this.texts.stop(),
    );
  }

  private async open({ ingest, worker }: FleetSize, pause: string): Promise<void> {
    const takers = Array<AppName>(ingest).fill('ingest');
    const names: AppName[] = ['api', ...takers, ...Array<AppName>(worker).fill('worker')];
    for (const name of names) this.apps.push({ name, port: await freePort(), process: undefined });
    const [first, ...rest] = this.apps;
    // the first one prepares the database
    for (const members of [first ? [first] : [], rest])
      await Promise.all(members.map(async (member) => (member.process = await this.spawn(member.name, member.port))));
    const client = this.client();
    await publishJourney(client, pause, READY_LIMIT_MS);
    const secret = randomBytes(24).toString('hex');
    const { url } = await client.post<CreatedSource>('/api/v1/sources', { kind: 'shopify', name: 'shop', secret });
    client.close();
    // whatever the time of day
    await this.sql(`update app.shop set contact_rules = '{"hours": null}'`);
    this.load = new Load({ urls: this.takers(), path: new URL(url).pathname, secret }, this.random);
    this.filling = await emptyTables(this.databaseUrl);
  }

  private takers(): string[] {
    return this.apps.filter(({ name }) => name === 'ingest').map(({ port }) => `http://127.0.0.1:${port}`);
  }

  private client(): AfterglowClient {
    return new AfterglowClient(`http://127.0.0.1:${this.apps[0]?.port}`, this.apiKey);
  }

  private spawn(app: AppName, port: number, build = projectRoot()): Promise<AppProcess> {
    return AppProcess.start({ app, port, build, env: { ...this.env }, readyLimitMs: READY_LIMIT_MS });
  }
}
