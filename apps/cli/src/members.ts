import type { INestApplicationContext } from '@nestjs/common';
import { EnsureFirstShop, ManageMembers } from '#app/application';
import { newMember } from '#app/contracts';
import { PermanentError, type Role, ROLES, toIso } from '#app/domain';
import { Config } from '#app/platform';
import Table from 'cli-table3';

/** Prints the link alone, so that a script can pass it on. */
export async function inviteMember(
  context: INestApplicationContext,
  email: string,
  { name, role }: { readonly name?: string; readonly role: string },
): Promise<void> {
  const read = newMember.safeParse({ email, name: name ?? email, role });
  if (!read.success)
    throw new PermanentError(
      'validation',
      read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
    );
  const { shopId, members } = await teamOf(context);
  const { token } = await members.invite(shopId, read.data, null);
  printLink(context, token);
}

/** A new link for who lost the first one, or the password. */
export async function inviteAgain(context: INestApplicationContext, email: string): Promise<void> {
  const { shopId, members } = await teamOf(context);
  const { token } = await members.inviteAgain(shopId, await members.idOf(shopId, email.toLowerCase()), null);
  printLink(context, token);
}

export async function listMembers(context: INestApplicationContext): Promise<void> {
  const { shopId, members } = await teamOf(context);
  const table = new Table({ head: ['e-mail', 'name', 'role', 'state', 'signed in'], style: { head: [], border: [] } });
  for (let after = null; ;) {
    const { items, next } = await members.list(shopId, { limit: 100, after });
    for (const { email, name, role, state, lastLoginAt } of items)
      table.push([email, name, role, state, lastLoginAt === null ? '' : toIso(lastLoginAt)]);
    if (next === null) break;
    after = next;
  }
  console.log(
    table.length > 0 ? table.toString() : 'Nobody yet. Invite somebody with: afterglow members invite <email>',
  );
}

export async function changeRole(context: INestApplicationContext, email: string, role: string): Promise<void> {
  const known = ROLES.find((one): one is Role => one === role);
  if (known === undefined)
    throw new PermanentError('validation', `"${role}" is no role; write one of ${ROLES.join(', ')}.`);
  await change(context, email, { role: known });
}

/** Signed out everywhere and not let in, or let in again. */
export async function disableMember(
  context: INestApplicationContext,
  email: string,
  isDisabled: boolean,
): Promise<void> {
  await change(context, email, { isDisabled });
}

async function change(
  context: INestApplicationContext,
  email: string,
  what: Parameters<ManageMembers['change']>[2],
): Promise<void> {
  const { shopId, members } = await teamOf(context);
  const { role, state } = await members.change(shopId, await members.idOf(shopId, email.toLowerCase()), what, null);
  console.log(`${email} is ${state}, in the role ${role}.`);
}

async function teamOf(context: INestApplicationContext): Promise<{ shopId: string; members: ManageMembers }> {
  const { shopId } = await context.get(EnsureFirstShop).run({ withOwnerKey: false });
  return { shopId, members: context.get(ManageMembers) };
}

function printLink(context: INestApplicationContext, token: string): void {
  console.log(`${context.get(Config).publicUrl}/join/${token}`);
}
