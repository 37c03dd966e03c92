import { csrfTokenOf, ManageMembers } from '#app/application';
import type { Role } from '#app/domain';
import { parseSetCookie } from 'cookie';
import type { Answer, ApiRig } from './api-rig.js';

export const PASSWORD = 'seven green bottles';
export const OWN_ORIGIN = 'https://shop.example';
export const COOKIE = '__Host-afterglow-session';

/** The session of somebody in a browser: what is sent by itself, and what a page must add. */
export interface Browser {
  readonly member: string;
  readonly token: string;
  readonly cookie: { readonly cookie: string };
  readonly headers: { readonly cookie: string; readonly 'x-csrf-token': string; readonly origin: string };
}

export function setCookieOf(answer: Pick<Answer, 'headers'>, name = COOKIE): ReturnType<typeof parseSetCookie> {
  const headers = [(answer.headers['set-cookie'] ?? []) as string | string[]]
    .flat()
    .map((line) => parseSetCookie(line));
  const found = headers.find((cookie) => cookie.name === name);
  if (found === undefined) throw new Error(`The answer sets no cookie ${name}.`);
  return found;
}

export function browserOf(answer: Answer): Browser {
  const token = setCookieOf(answer).value ?? '';
  const cookie = `${COOKIE}=${token}`;
  return {
    member: String(answer.body['member']),
    token,
    cookie: { cookie },
    headers: { cookie, 'x-csrf-token': csrfTokenOf(token), origin: OWN_ORIGIN },
  };
}

/** Somebody who was invited in a role and took the invitation. */
export async function aMember(rig: ApiRig, role: Role, shopId = rig.shopId): Promise<Browser & { email: string }> {
  const email = `${role}-${Math.random().toString(36).slice(2)}@team.example`;
  const { token } = await rig.app.get(ManageMembers).invite(shopId, { email, name: 'Robin', role }, null);
  const accepted = await rig.post('/api/v1/invitation', { token, password: PASSWORD }, { key: null });
  if (accepted.status !== 200) throw new Error(`The invitation was not accepted: ${accepted.text}`);
  return { ...browserOf(accepted), email };
}
