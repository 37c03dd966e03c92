import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { IdPort } from '../ports/id.port.js';
import { SecretPort } from '../ports/secret.port.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { actAs } from './actor.js';
import { AuditTrail } from './audit-trail.port.js';
import { nameOf } from './caller.js';
import { type MemberLogin, Members } from './members.repository.js';
import { newToken } from './session-token.js';
import { Sessions, SessionSettings } from './sessions.repository.js';

/** How somebody came to sign in, for the audit log and the throttle. */
export interface LoginRequest {
  readonly operation: string;
  readonly requestId: string;
  /** Whom the address on the net stands for; undefined where a proxy that nobody told us of stands for everybody. */
  readonly client: string | undefined;
}

export interface OpenedSession {
  /** Readable this once. */
  readonly token: string;
  readonly shopId: string;
  readonly memberId: string;
  readonly maxSeconds: number;
}

/** The end of every way to sign in. */
@Injectable()
export class OpenSession {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly members: Members,
    private readonly sessions: Sessions,
    private readonly settings: SessionSettings,
    private readonly audit: AuditTrail,
    private readonly secrets: SecretPort,
    private readonly ids: IdPort,
  ) {}

  /**
   * @param login as it was judged; the subject is that of the identity provider which vouched for them now
   * @throws PermanentError `login.refused` when it changed since
   */
  run(login: MemberLogin, { operation, requestId }: LoginRequest): Promise<OpenedSession> {
    const { shopId, id: memberId } = login;
    const token = newToken();
    const actor = { name: nameOf({ kind: 'member', id: memberId }), operation, requestId };
    return actAs(actor, () =>
      this.unitOfWork.inShop(shopId, async (tx) => {
        if (!(await this.members.noteLogin(tx, login)))
          throw new PermanentError('login.refused', 'The account changed while you signed in. Sign in again.');
        const session = { id: this.ids.next(), memberId, hash: this.secrets.sha256(token) };
        await this.sessions.insert(tx, session, this.settings);
        await this.audit.note(tx, { action: 'sign-in', subject: 'member', subjectId: memberId });
        return { token, shopId, memberId, maxSeconds: this.settings.maxSeconds };
      }),
    );
  }
}
