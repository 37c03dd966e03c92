import type { INestApplicationContext } from '@nestjs/common';
import { EnsureFirstShop, ManageKeys } from '#app/application';

/** Prints the key alone, so that a script can take it. */
export async function createKey(context: INestApplicationContext, name: string): Promise<void> {
  const { shopId } = await context.get(EnsureFirstShop).run({ withOwnerKey: false });
  const { key } = await context.get(ManageKeys).create(shopId, name);
  console.log(key);
}
