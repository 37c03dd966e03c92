import { readFileSync } from 'node:fs';
import type { INestApplicationContext } from '@nestjs/common';
import { EnsureFirstShop, ListShops, RepeatErasures } from '#app/application';
import { erasureRegister } from '#app/contracts';
import { PermanentError } from '#app/domain';
import type { z } from 'zod';

/** Prints the register of erasures of all shops, to be kept beside backups. */
export async function listErasures(context: INestApplicationContext): Promise<void> {
  const shops = [];
  for (const shop of await context.get(ListShops).run())
    shops.push({ shop, ...(await context.get(RepeatErasures).list(shop)) });
  console.log(JSON.stringify({ shops }, null, 2));
}

/** Erases again, in a database that was restored from a backup, who was erased since. */
export async function repeatErasures(context: INestApplicationContext, file: string): Promise<void> {
  const register = readRegister(file);
  const known = await context.get(ListShops).run();
  const shops = 'shops' in register ? register.shops : [{ shop: await firstShop(context), ...register }];
  let [done, waiting, unknown] = [0, 0, 0];
  for (const { shop, ...page } of shops) {
    if (!known.includes(shop)) {
      unknown += 1;
      continue;
    }
    const report = await context.get(RepeatErasures).repeat(shop, page);
    done += report.done;
    waiting = report.postponed;
  }
  console.log(`${done} erasures were carried out${waiting > 0 ? `; ${waiting} wait for a worker` : ''}.`);
  if (unknown > 0) console.log(`${unknown} shops of the register are not in this database: it is older than they are.`);
}

async function firstShop(context: INestApplicationContext): Promise<string> {
  return (await context.get(EnsureFirstShop).run({ withOwnerKey: false })).shopId;
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
