import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { ClockPort } from '../ports/clock.port.js';
import { SecretPort } from '../ports/secret.port.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { isTokenShaped } from './session-token.js';
import { type SessionCaller, Sessions, SessionSettings } from './sessions.repository.js';

/** A session that was ended, a role that was lowered: for at most this long the old word counts in other processes. */
const CACHE_MS = 1_000;
const MAX_CACHED = 1_000;
/** The idle time is kept to the minute. */
const TOUCH_MS = 60_000;

interface Known {
  readonly caller: SessionCaller;
  readonly untilMs: number;
}

@Injectable()
export class AuthenticateSession {
  private readonly known = new Map<string, Known>();
  private readonly touchedAtMs = new Map<string, number>();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly sessions: Sessions,
    private readonly settings: SessionSettings,
    private readonly secrets: SecretPort,
    private readonly clock: ClockPort,
  ) {}

  /** @throws PermanentError `unauthenticated` */
  async run(token: string): Promise<SessionCaller> {
    if (!isTokenShaped(token)) throw notSignedIn();
    const hash = this.secrets.sha256(token);
    const id = Buffer.from(hash).toString('base64');
    const nowMs = this.clock.monotonicMs();
    const known = this.known.get(id);
    if (known !== undefined && known.untilMs > nowMs) return known.caller;
    const caller = await this.unitOfWork.acrossShops((tx) => this.sessions.find(tx, hash));
    this.known.delete(id);
    if (caller === null) throw notSignedIn();
    if (this.known.size >= MAX_CACHED) this.known.clear();
    this.known.set(id, { caller, untilMs: nowMs + CACHE_MS });
    await this.touch(caller, nowMs);
    return caller;
  }

  /** What was changed by this process counts in it at once. */
  forget(): void {
    this.known.clear();
  }

  private async touch({ shopId, sessionId }: SessionCaller, nowMs: number): Promise<void> {
    const last = this.touchedAtMs.get(sessionId);
    if (last !== undefined && nowMs - last < TOUCH_MS) return;
    if (this.touchedAtMs.size >= MAX_CACHED) this.touchedAtMs.clear();
    this.touchedAtMs.set(sessionId, nowMs);
    await this.unitOfWork.inShop(shopId, (tx) => this.sessions.touch(tx, sessionId, this.settings));
  }
}

function notSignedIn(): PermanentError {
  return new PermanentError(
    'unauthenticated',
    'You are not signed in, or no longer. Sign in with POST /api/v1/session.',
  );
}
