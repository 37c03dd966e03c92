import type { INestApplicationContext } from '@nestjs/common';
import { EnsureFirstShop, ManageKeys } from '#app/application';
import { newKey } from '#app/contracts';
import { PermanentError } from '#app/domain';

export interface KeyOptions {
  readonly name: string;
  readonly role: string;
  readonly scope?: readonly string[];
  readonly expires?: string;
}

/** Prints the key alone, so that a script can take it. */
export async function createKey(context: INestApplicationContext, options: KeyOptions): Promise<void> {
  const read = newKey.safeParse({
    name: options.name,
    role: options.role,
    scopes: options.scope,
    expiresAt: options.expires,
  });
  if (!read.success)
    throw new PermanentError(
      'validation',
      read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
    );
  const { name, role, scopes = null, expiresAt } = read.data;
  const end = expiresAt === undefined ? null : Date.parse(expiresAt);
  const { shopId } = await context.get(EnsureFirstShop).run({ withOwnerKey: false });
  const { key } = await context.get(ManageKeys).create(shopId, { name, role, scopes, expiresAt: end }, null);
  console.log(key);
}
