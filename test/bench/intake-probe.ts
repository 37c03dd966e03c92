import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { runLoad } from './http-load.js';
import { orderRequest, type Target } from './requests.js';

const LOOK_EVERY_MS = 5;
const PAUSE_MS = 100;

/** One order after the other of a shop of its own, and how long it takes from the answer until a worker is done with it. */
export class IntakeProbe {
  private sent = 0;

  private constructor(
    private readonly client: pg.Client,
    private readonly target: Target,
    private readonly shopId: string,
  ) {}

  static async start(databaseUrl: string, target: Target): Promise<IntakeProbe> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    const { rows } = await client.query<{ shop_id: string }>('select shop_id from app.source where id = $1', [
      target.path.split('/').at(-1),
    ]);
    return new IntakeProbe(client, target, rows[0]?.shop_id ?? '');
  }

  /** Milliseconds of each. */
  async take(count: number): Promise<number[]> {
    const times: number[] = [];
    while (times.length < count) times.push(await this.one());
    return times;
  }

  takeUntilStopped(): { stop: () => Promise<number[]> } {
    const end = { isWished: false };
    const taking = (async () => {
      const times: number[] = [];
      while (!end.isWished) times.push(await this.one());
      return times;
    })();
    return {
      stop: () => {
        end.isWished = true;
        return taking;
      },
    };
  }

  async stop(): Promise<void> {
    await this.client.end();
  }

  private async one(): Promise<number> {
    const requests = [orderRequest(this.target, 70_000_000 + this.sent, `probe-${this.sent}@example.com`)];
    this.sent += 1;
    await runLoad({ port: this.target.port, connections: 1, next: () => requests.pop() });
    const answeredAt = performance.now();
    for (;;) {
      const { rows } = await this.client.query<{ open: boolean }>(
        `select exists (select 1 from app.inbox_event where shop_id = $1 and state in ('new', 'claimed')) as open`,
        [this.shopId],
      );
      if (rows[0]?.open === false) break;
      await sleep(LOOK_EVERY_MS);
    }
    const tookMs = performance.now() - answeredAt;
    await sleep(PAUSE_MS);
    return tookMs;
  }
}
