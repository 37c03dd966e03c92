import { setTimeout as sleep } from 'node:timers/promises';
import type { AppProcess } from '../support/processes.js';
import { BenchChild } from './child.js';
import type { Target } from './requests.js';
import { type Rig, type Variant, withClient } from './rig.js';

/** A running way from webhook to SMTP. */
export interface Way {
  target: Target;
  pids: number[];
  /** What is taken in from now on is made ready to be sent, and waits. */
  hold(): Promise<void>;
  /** How many mails wait. */
  held(): Promise<number>;
  /** All of them are due. */
  release(): Promise<void>;
  stop(): Promise<void>;
}

export type BareQuestion = { ask: 'hold' | 'held' | 'release' };

/** Due long after the bench, whatever plans it. */
const HOLD = `
create function app.bench_hold() returns trigger language plpgsql as $$
begin
  new.not_before := app.now() + interval '1 day';
  return new;
end $$;
create trigger bench_hold before insert on app.message for each row execute function app.bench_hold()`;
const HELD = `select count(*)::integer as held from app.message where state = 'queued'`;
const RELEASE = `
drop function app.bench_hold() cascade;
update app.message set not_before = app.now() where state = 'queued'`;

const LOOK_EVERY_MS = 100;

export async function startSystem(
  rig: Rig,
  variant: Variant,
  url: string,
  shop: Omit<Target, 'port'>,
  smtpPort: number,
): Promise<Way> {
  const mail = { SMTP_URL: `smtp://127.0.0.1:${smtpPort}`, MAIL_FROM: 'Bench <bench@example.com>' };
  const apps: AppProcess[] = [];
  for (const app of ['ingest', 'api', 'worker'] as const) apps.push(await rig.startApp(app, url, variant, mail));
  const run = async (sql: string): Promise<void> => {
    await withClient(url, (client) => client.query(sql));
  };
  return {
    target: { ...shop, port: apps[0]?.port ?? 0 },
    pids: apps.map((app) => app.pid),
    hold: () => run(HOLD),
    held: () =>
      withClient(url, async (client) => {
        const { rows } = await client.query<{ held: number }>(HELD);
        return rows[0]?.held ?? 0;
      }),
    release: () => run(RELEASE),
    stop: async () => {
      await Promise.all(apps.map((app) => app.stop()));
    },
  };
}

export async function startBare(databaseUrl: string, redisUrl: string, smtpPort: number): Promise<Way> {
  const smtp = `smtp://127.0.0.1:${smtpPort}`;
  const child = await BenchChild.start('bare-deliver', {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    SMTP_URL: smtp,
  });
  const ask = (question: BareQuestion): Promise<{ held: number }> => child.ask(question);
  return {
    target: { path: '/', secret: 'none', port: child.port },
    pids: [child.pid],
    hold: async () => {
      await ask({ ask: 'hold' });
    },
    held: async () => (await ask({ ask: 'held' })).held,
    release: async () => {
      await ask({ ask: 'release' });
    },
    stop: () => child.stop(),
  };
}

/** Resolves when so many mails wait. */
export async function untilHeld(way: Way, count: number, limitMs: number): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const held = await way.held();
    if (held === count) return;
    if (performance.now() > deadline) throw new Error(`${held} of ${count} mails were made ready.`);
    await sleep(LOOK_EVERY_MS);
  }
}
