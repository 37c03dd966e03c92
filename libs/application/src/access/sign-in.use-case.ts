import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { LimitLogins } from './limit-logins.js';
import { Members } from './members.repository.js';
import { type LoginRequest, type OpenedSession, OpenSession } from './open-session.js';
import { Passwords } from './passwords.port.js';

export interface Credentials {
  readonly email: string;
  readonly password: string;
  /** Where somebody works for several shops. */
  readonly shop: string | null;
}

/** By password. What is wrong can't be told from the answer, nor from the time it takes. */
@Injectable()
export class SignIn {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly members: Members,
    private readonly limits: LimitLogins,
    private readonly passwords: Passwords,
    private readonly opening: OpenSession,
  ) {}

  /** @throws PermanentError `login.refused`, TransientError `rate_limited` after too many tries, right or wrong */
  async run({ email, password, shop }: Credentials, request: LoginRequest): Promise<OpenedSession> {
    const forget = await this.limits.count(email, request.client);
    const login = await this.unitOfWork.acrossShops((tx) => this.members.findLogin(tx, email, shop));
    if (!(await this.passwords.verify(login?.passwordHash ?? null, password)) || login === null)
      throw new PermanentError(
        'login.refused',
        'That address and that password do not belong together. Check both, or ask an owner for a new invitation.',
      );
    await forget();
    return this.opening.run({ ...login, subject: null }, request);
  }
}
