import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { IdentityProvider, type ProviderSecrets } from './identity-provider.port.js';
import { type MemberLogin, Members } from './members.repository.js';
import { type LoginRequest, type OpenedSession, OpenSession } from './open-session.js';

/** By the identity provider of the installation; only who was invited gets in. */
@Injectable()
export class SignInElsewhere {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly members: Members,
    private readonly provider: IdentityProvider,
    private readonly opening: OpenSession,
  ) {}

  /** @throws PermanentError `not_found` when the installation has no provider */
  begin(): Promise<{ readonly url: string; readonly secrets: ProviderSecrets }> {
    if (!this.provider.isConfigured)
      throw new PermanentError(
        'not_found',
        'This installation has no identity provider. Sign in with a password, or set OIDC_ISSUER.',
      );
    return this.provider.begin();
  }

  /** @throws PermanentError `login.refused` */
  async finish(
    query: string,
    { secrets, shop }: { readonly secrets: ProviderSecrets; readonly shop: string | null },
    request: LoginRequest,
  ): Promise<OpenedSession> {
    const { subject, email } = await this.provider.finish(query, secrets);
    if (email === null) throw refuse('Your identity provider has not verified your e-mail address.');
    const login = await this.unitOfWork.acrossShops((tx) => this.members.findLogin(tx, email, shop));
    if (!isTheirs(login, subject)) throw refuse('Nobody of this team may sign in as who you are there.');
    return this.opening.run({ ...login, subject }, request);
  }
}

/** An address that the provider gave to somebody else in the meantime doesn't give them the account. */
function isTheirs(login: MemberLogin | null, subject: string): login is MemberLogin {
  return login !== null && (login.subject === null || login.subject === subject);
}

function refuse(what: string): PermanentError {
  return new PermanentError('login.refused', `${what} Ask an owner of the shop for an invitation.`);
}
