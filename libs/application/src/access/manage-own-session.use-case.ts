import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { AuditTrail } from './audit-trail.port.js';
import { AuthenticateSession } from './authenticate-session.use-case.js';
import { LimitLogins } from './limit-logins.js';
import { Members } from './members.repository.js';
import { Passwords } from './passwords.port.js';
import { type SessionCaller, Sessions } from './sessions.repository.js';

/** What somebody who is signed in does with their own account. */
@Injectable()
export class ManageOwnSession {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly members: Members,
    private readonly sessions: Sessions,
    private readonly passwords: Passwords,
    private readonly limits: LimitLogins,
    private readonly audit: AuditTrail,
    private readonly authentication: AuthenticateSession,
  ) {}

  /** This session, or with `isEverywhere` all of them. */
  async signOut({ shopId, id, sessionId }: SessionCaller, isEverywhere: boolean): Promise<void> {
    await this.unitOfWork.inShop(shopId, async (tx) => {
      await (isEverywhere ? this.sessions.endAll(tx, id, null) : this.sessions.end(tx, sessionId));
      await this.audit.note(tx, { action: 'sign-out', subject: 'member', subjectId: id });
    });
    this.authentication.forget();
  }

  /** Ends the other sessions. @throws PermanentError `forbidden` when the present password is another one */
  async changePassword(
    { shopId, id, sessionId }: SessionCaller,
    { present, next }: { readonly present: string; readonly next: string },
    client: string | undefined,
  ): Promise<void> {
    const { email } = await this.unitOfWork.inShop(shopId, (tx) => this.ownRow(tx, id));
    const forget = await this.limits.count(email, client);
    const login = await this.unitOfWork.acrossShops((tx) => this.members.findLogin(tx, email, shopId));
    if (!(await this.passwords.verify(login?.passwordHash ?? null, present)))
      throw new PermanentError('forbidden', 'The present password is another one. Type it again.');
    await forget();
    const hash = await this.passwords.hash(next);
    await this.unitOfWork.inShop(shopId, async (tx) => {
      await this.members.setPassword(tx, id, hash);
      await this.sessions.endAll(tx, id, sessionId);
    });
    this.authentication.forget();
  }

  private async ownRow(tx: Parameters<Members['lock']>[0], id: string): Promise<{ readonly email: string }> {
    const member = await this.members.lock(tx, id);
    if (member === null) throw new PermanentError('unauthenticated', 'You are no longer in this team.');
    return member;
  }
}
