import { hash, verify } from '@node-rs/argon2';
import { Passwords } from '#app/application';
import { TransientError } from '#app/domain';

/** argon2id at the first of OWASP's equal choices that fits 4 threads into 80 MB: 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** Each takes a thread of Node's pool, of which files and names need some as well. */
const MAX_AT_ONCE = 2;
/** So many wait at most; at about 50 ms each that is a few seconds. */
const MAX_WAITING = 100;

export class Argon2Passwords extends Passwords {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  /** Of a text that nobody knows, so that who has no password is judged like who has one. */
  private decoy: Promise<string> | undefined;

  hash(password: string): Promise<string> {
    return this.inTurn(() => hash(password, COST));
  }

  async verify(stored: string | null, password: string): Promise<boolean> {
    const hashed = stored ?? (await (this.decoy ??= hash(crypto.randomUUID(), COST)));
    const isRight = await this.inTurn(() => verify(hashed, password));
    return isRight && stored !== null;
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= MAX_AT_ONCE) await this.turn();
    else this.running += 1;
    try {
      return await work();
    } finally {
      // whoever waits takes this place over, so that nobody slips in between
      const next = this.waiting.shift();
      if (next === undefined) this.running -= 1;
      else next();
    }
  }

  private turn(): Promise<void> {
    if (this.waiting.length >= MAX_WAITING)
      throw new TransientError('rate_limited', 'Too many people sign in at this moment. Try again.', {
        retryAfterS: 5,
      });
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}
