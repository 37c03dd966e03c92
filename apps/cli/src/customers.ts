import { writeFileSync } from 'node:fs';
import type { INestApplicationContext } from '@nestjs/common';
import { EnsureFirstShop, EraseCustomer, ReadPeople, ReadPrivacy, RunErasures } from '#app/application';
import { ERASURE_REASONS, type ErasureReason } from '#app/contracts';
import { PermanentError } from '#app/domain';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Writes everything that is stored of a person to a file, or prints it. */
export async function exportCustomer(
  context: INestApplicationContext,
  who: string,
  { out }: { readonly out?: string },
): Promise<void> {
  const { shopId, customerId } = await find(context, who);
  const text = `${JSON.stringify(await context.get(ReadPrivacy).export(shopId, customerId), null, 2)}\n`;
  if (out === undefined) process.stdout.write(text);
  else writeFileSync(out, text, { mode: 0o600 });
}

/** Erases a person, and waits until it is done. */
export async function eraseCustomer(
  context: INestApplicationContext,
  who: string,
  { reason }: { readonly reason: string },
): Promise<void> {
  const known = ERASURE_REASONS.find((one) => one === reason);
  if (known === undefined)
    throw new PermanentError('validation', `"${reason}" is no reason; write one of ${ERASURE_REASONS.join(', ')}.`);
  const { shopId, customerId } = await find(context, who);
  console.log(await erase(context, shopId, customerId, known));
}

async function erase(
  context: INestApplicationContext,
  shopId: string,
  customerId: string,
  reason: ErasureReason,
): Promise<string> {
  const { id } = await context.get(EraseCustomer).run(shopId, customerId, { origin: 'command', reason });
  await context.get(RunErasures).run();
  const { items } = await context
    .get(ReadPrivacy)
    .list(shopId, { kind: 'erase', customerId }, { limit: 1, after: null });
  const [request] = items;
  if (request?.state !== 'done')
    return `The erasure ${id} has begun; a worker takes it to its end, as something is being sent at this moment.`;
  const rows = Object.values(request.counts).reduce((sum, n) => sum + n, 0);
  return `Customer ${customerId} is erased: ${rows} rows emptied or deleted.`;
}

/** By id or by e-mail address. */
async function find(
  context: INestApplicationContext,
  who: string,
): Promise<{ readonly shopId: string; readonly customerId: string }> {
  const { shopId } = await context.get(EnsureFirstShop).run({ withOwnerKey: false });
  if (UUID.test(who)) return { shopId, customerId: who };
  const { items } = await context.get(ReadPeople).customers(shopId, who, { limit: 2, after: null });
  const [one, other] = items;
  if (!one) throw new PermanentError('not_found', `Nobody is known by that address. Give an address or an id.`);
  if (other) throw new PermanentError('conflict', `Several people are known by that address. Give the id of one.`);
  return { shopId, customerId: one.id };
}
