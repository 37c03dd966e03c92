import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { SecretPort } from '../ports/secret.port.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { actAs } from './actor.js';
import { AuthenticateSession } from './authenticate-session.use-case.js';
import { nameOf } from './caller.js';
import { Members } from './members.repository.js';
import { type LoginRequest, type OpenedSession, OpenSession } from './open-session.js';
import { Passwords } from './passwords.port.js';
import { isTokenShaped } from './session-token.js';
import { Sessions } from './sessions.repository.js';

/** Sets the password of who was invited, and signs them in. Of several at once with one token, one gets in. */
@Injectable()
export class AcceptInvitation {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly members: Members,
    private readonly sessions: Sessions,
    private readonly passwords: Passwords,
    private readonly secrets: SecretPort,
    private readonly authentication: AuthenticateSession,
    private readonly opening: OpenSession,
  ) {}

  /** @throws PermanentError `gone` for a token that was used, has ended, or never was */
  async run(token: string, password: string, request: LoginRequest): Promise<OpenedSession> {
    const hash = this.secrets.sha256(token);
    const invited = isTokenShaped(token)
      ? await this.unitOfWork.acrossShops((tx) => this.members.findInvited(tx, hash))
      : null;
    if (invited === null) throw gone();
    const passwordHash = await this.passwords.hash(password);
    const actor = { ...request, name: nameOf({ kind: 'member', id: invited.id }) };
    await actAs(actor, () =>
      this.unitOfWork.inShop(invited.shopId, async (tx) => {
        if (!(await this.members.accept(tx, invited.id, hash, passwordHash))) throw gone();
        // of who lost the password, and maybe a device with it
        await this.sessions.endAll(tx, invited.id, null);
      }),
    );
    this.authentication.forget();
    return this.opening.run({ ...invited, passwordHash, subject: null }, request);
  }
}

function gone(): PermanentError {
  return new PermanentError(
    'gone',
    'This invitation was used, has ended, or was replaced by a newer one. Ask an owner of the shop for another one.',
  );
}
