import { Injectable } from '@nestjs/common';
import { type Grant, isWithin, PermanentError, type Role } from '#app/domain';
import { IdPort } from '../ports/id.port.js';
import type { Page, PageRequest } from '../ports/page.js';
import { SecretPort } from '../ports/secret.port.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import { AuthenticateSession } from './authenticate-session.use-case.js';
import { type Member, Members } from './members.repository.js';
import { newToken } from './session-token.js';
import { Sessions } from './sessions.repository.js';

const INVITATION_SECONDS = 7 * 86_400;

/** An invitation in the only moment in which it can be read. */
export interface Invitation {
  readonly member: Member;
  readonly token: string;
}

export interface MemberChange {
  readonly role?: Role | undefined;
  readonly isDisabled?: boolean | undefined;
}

/** The team of a shop. `maker`: who asks; null for the command line. */
@Injectable()
export class ManageMembers {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly members: Members,
    private readonly sessions: Sessions,
    private readonly secrets: SecretPort,
    private readonly ids: IdPort,
    private readonly authentication: AuthenticateSession,
  ) {}

  list(shopId: string, page: PageRequest): Promise<Page<Member>> {
    return this.unitOfWork.inShop(shopId, (tx) => this.members.list(tx, page));
  }

  /** @throws PermanentError `not_found` */
  read(shopId: string, id: string): Promise<Member> {
    return this.unitOfWork.inShop(shopId, (tx) => this.locked(tx, id));
  }

  /** @throws PermanentError `not_found` */
  async idOf(shopId: string, email: string): Promise<string> {
    const found = await this.unitOfWork.inShop(shopId, (tx) => this.members.findByEmail(tx, email));
    if (found === null) throw new PermanentError('not_found', 'Nobody of this shop signs in with that address.');
    return found.id;
  }

  /** @throws PermanentError `conflict` when they are there already, `forbidden` for a role beyond the maker's */
  invite(
    shopId: string,
    { email, name, role }: { readonly email: string; readonly name: string; readonly role: Role },
    maker: Grant | null,
  ): Promise<Invitation> {
    refuseBeyond(role, maker);
    const id = this.ids.next();
    return this.unitOfWork.inShop(shopId, async (tx) => {
      if (!(await this.members.insert(tx, { id, email, name, role })))
        throw new PermanentError(
          'conflict',
          'Somebody with that address is in the team already. Change them, or invite them again by their id.',
        );
      return this.issue(tx, id);
    });
  }

  /** For who lost the first one, or the password. What is open ends when it is accepted, not before. */
  inviteAgain(shopId: string, id: string, maker: Grant | null): Promise<Invitation> {
    return this.unitOfWork.inShop(shopId, async (tx) => {
      const { role, state } = await this.locked(tx, id);
      refuseBeyond(role, maker);
      if (state === 'disabled')
        throw new PermanentError('conflict', 'They are disabled. Let them in again first, then invite them.');
      return this.issue(tx, id);
    });
  }

  /**
   * A role counts with the next request, in other processes within a second; who is disabled is signed out everywhere.
   * @throws PermanentError `conflict` for the last owner of the team
   */
  async change(shopId: string, id: string, change: MemberChange, maker: Grant | null): Promise<Member> {
    const changed = await this.unitOfWork.inShop(shopId, async (tx) => {
      const owners = await this.members.lockOwners(tx);
      const old = await this.locked(tx, id);
      const role = change.role ?? old.role;
      const isDisabled = change.isDisabled ?? old.state === 'disabled';
      refuseBeyond(old.role, maker);
      refuseBeyond(role, maker);
      if (role !== 'owner' || isDisabled) refuseLast(owners, id);
      await this.members.change(tx, id, role, isDisabled);
      if (isDisabled) await this.sessions.endAll(tx, id, null);
      return this.locked(tx, id);
    });
    this.authentication.forget();
    return changed;
  }

  /** Takes them out of the team, with their address. */
  async remove(shopId: string, id: string, maker: Grant | null): Promise<void> {
    await this.unitOfWork.inShop(shopId, async (tx) => {
      const owners = await this.members.lockOwners(tx);
      const { role } = await this.locked(tx, id);
      refuseBeyond(role, maker);
      refuseLast(owners, id);
      await this.members.remove(tx, id);
    });
    this.authentication.forget();
  }

  /** Signs somebody out on every device. */
  async endSessions(shopId: string, id: string): Promise<void> {
    await this.unitOfWork.inShop(shopId, async (tx) => {
      await this.locked(tx, id);
      await this.sessions.endAll(tx, id, null);
    });
    this.authentication.forget();
  }

  private async issue(tx: Transaction, id: string): Promise<Invitation> {
    const token = newToken();
    await this.members.invite(tx, id, this.secrets.sha256(token), INVITATION_SECONDS);
    return { member: await this.locked(tx, id), token };
  }

  private async locked(tx: Transaction, id: string): Promise<Member> {
    const member = await this.members.lock(tx, id);
    if (member === null)
      throw new PermanentError('not_found', `This shop's team has no member ${id}. GET /api/v1/members lists them.`);
    return member;
  }
}

function refuseBeyond(role: Role, maker: Grant | null): void {
  if (maker !== null && !isWithin({ role, scopes: null }, maker))
    throw new PermanentError(
      'forbidden',
      'They are, or would be, allowed more than you are. Choose another role, or ask somebody who is allowed as much.',
    );
}

function refuseLast(owners: readonly string[], id: string): void {
  if (owners.length === 1 && owners[0] === id)
    throw new PermanentError(
      'conflict',
      'This is the last owner of the team who can sign in. Make somebody else an owner first.',
    );
}
