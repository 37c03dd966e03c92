import { readFileSync } from 'node:fs';
import type { INestApplicationContext } from '@nestjs/common';
import { EnsureFirstShop, RepeatErasures } from '#app/application';
import { erasureRegister } from '#app/contracts';
import { PermanentError } from '#app/domain';
import type { z } from 'zod';

/** Prints the register of erasures, to be kept beside backups. */
export async function listErasures(context: INestApplicationContext): Promise<void> {
  const { shopId } = await context.get(EnsureFirstShop).run({ withOwnerKey: false });
  console.log(JSON.stringify(await context.get(RepeatErasures).list(shopId), null, 2));
}

/** Erases again, in a database that was restored from a backup, who was erased since. */
export async function repeatErasures(context: INestApplicationContext, file: string): Promise<void> {
  const register = readRegister(file);
  const { shopId } = await context.get(EnsureFirstShop).run({ withOwnerKey: false });
  const { done, postponed } = await context.get(RepeatErasures).repeat(shopId, register);
  console.log(`${done} erasures were carried out${postponed > 0 ? `; ${postponed} wait for a worker` : ''}.`);
}

/** @throws PermanentError for a file that holds none */
export function readRegister(file: string): z.output<typeof erasureRegister> {
  const read = erasureRegister.safeParse(registerIn(file));
  if (read.success) return read.data;
  throw new PermanentError('validation', `${file} is no register. Write one with "afterglow erasures list".`);
}

function registerIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch (cause) {
    throw new PermanentError('validation', `${file} cannot be read as JSON. Check the name.`, { cause });
  }
}
