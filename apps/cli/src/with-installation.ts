import type { INestApplicationContext } from '@nestjs/common';
import { openInstallation, OwnDatabase } from '#app/runtime';

/** Opens the installation, runs one command on it and closes everything again. */
export async function withInstallation(run: (context: INestApplicationContext) => Promise<void>): Promise<void> {
  const database = new OwnDatabase();
  try {
    const context = await openInstallation({ name: 'command', ...database.options });
    try {
      await run(context);
    } finally {
      await context.close();
    }
  } finally {
    await database.stop();
  }
}
