import type { INestApplicationContext } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { actAs } from '#app/application';
import { openInstallation, OwnDatabase } from '#app/runtime';

/** Opens the installation, runs one command on it and closes everything again. */
export async function withInstallation(run: (context: INestApplicationContext) => Promise<void>): Promise<void> {
  const database = new OwnDatabase();
  try {
    const context = await openInstallation({
      name: 'command',
      ...database.options,
      // beside a process that runs on the same database of our own
      startDatabase: (config) => database.connect(config),
    });
    try {
      const operation = `afterglow ${process.argv.slice(2, 4).join(' ')}`;
      await actAs({ name: 'command', operation, requestId: randomUUID() }, () => run(context));
    } finally {
      await context.close();
    }
  } finally {
    await database.stop();
  }
}
