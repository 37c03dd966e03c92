import { Injectable } from '@nestjs/common';
import { TransientError } from '#app/domain';
import { SecretPort } from '../ports/secret.port.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { LoginThrottle } from './login-throttle.port.js';

const WINDOW_SECONDS = 15 * 60;
/** Of one account. Whoever uses them up for somebody else keeps them out of a new session, not out of an open one. */
const TRIES_PER_ACCOUNT = 10;
/** From one address on the net, behind which a whole office may sit. */
const TRIES_PER_ADDRESS = 100;

/** Counts tries of passwords before they are judged, so that many tries at once are no way round. */
@Injectable()
export class LimitLogins {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly throttle: LoginThrottle,
    private readonly secrets: SecretPort,
  ) {}

  /** @throws TransientError `rate_limited` after too many tries, right or wrong. Call what it returns after a right one. */
  async count(email: string, client: string | undefined): Promise<() => Promise<void>> {
    const account = this.secrets.fingerprint(email, 'login account');
    const limits = [{ key: account, maxTries: TRIES_PER_ACCOUNT }];
    if (client !== undefined)
      limits.push({ key: this.secrets.fingerprint(client, 'login address'), maxTries: TRIES_PER_ADDRESS });
    const waitSeconds = await this.unitOfWork.acrossShops((tx) => this.throttle.count(tx, limits, WINDOW_SECONDS));
    if (waitSeconds > 0)
      throw new TransientError('rate_limited', 'There were too many tries to sign in. Wait, then try again.', {
        retryAfterS: waitSeconds,
      });
    return () => this.unitOfWork.acrossShops((tx) => this.throttle.forget(tx, account));
  }
}
