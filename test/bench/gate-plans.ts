import { createDataSource } from '#app/persistence';
import type { Pool, PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { withClient } from './rig.js';

/** A prepared statement is planned anew a few times before its plan is kept. */
const RUNS = 7;
const SETTINGS = {
  session_preload_libraries: `'auto_explain'`,
  'auto_explain.log_min_duration': '0',
  'auto_explain.log_analyze': 'on',
  'auto_explain.log_buffers': 'on',
  client_min_messages: 'log',
};

/** How the server carries out each statement of some work, by connections like the system's own; the plans that it keeps. */
export async function plansOf(
  ownerUrl: string,
  appUrl: string,
  work: (dataSource: DataSource) => Promise<void>,
): Promise<string> {
  const database = new URL(ownerUrl).pathname.slice(1);
  const alter = (clauses: readonly string[]): Promise<void> =>
    withClient(ownerUrl, async (client) => {
      for (const clause of clauses) await client.query(`alter database "${database}" ${clause}`);
    });
  await alter(Object.entries(SETTINGS).map(([name, value]) => `set ${name} = ${value}`));
  const dataSource = await createDataSource(appUrl).initialize();
  try {
    let plans: string[] = [];
    const heard = new WeakSet<PoolClient>();
    poolOf(dataSource).on('acquire', (client) => {
      if (heard.has(client)) return;
      heard.add(client);
      client.on('notice', ({ message }) => {
        if (message?.includes('plan:')) plans.push(message);
      });
    });
    for (let run = 0; run < RUNS; run += 1) {
      plans = [];
      await work(dataSource);
    }
    return plans.filter((plan) => plan.includes('Buffers:')).join('\n\n');
  } finally {
    await dataSource.destroy();
    await alter(Object.keys(SETTINGS).map((name) => `reset ${name}`));
  }
}

function poolOf({ driver }: DataSource): Pool {
  return (driver as unknown as { readonly master: Pool }).master;
}
