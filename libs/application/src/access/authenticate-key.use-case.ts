import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { ClockPort } from '../ports/clock.port.js';
import { SecretPort } from '../ports/secret.port.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { isKeyShaped } from './api-key.js';
import { ApiKeys } from './api-keys.repository.js';
import type { Caller } from './caller.js';

/** A revoked key works for at most this long in other processes. */
const CACHE_MS = 1_000;
const MAX_CACHED = 1_000;
/** "Last used" is kept to the minute. */
const TOUCH_MS = 60_000;

interface Known {
  readonly caller: Caller;
  readonly untilMs: number;
}

@Injectable()
export class AuthenticateKey {
  private readonly known = new Map<string, Known>();
  private readonly touchedAtMs = new Map<string, number>();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly keys: ApiKeys,
    private readonly secrets: SecretPort,
    private readonly clock: ClockPort,
  ) {}

  /** @throws PermanentError `unauthenticated` */
  async run(key: string): Promise<Caller> {
    if (!isKeyShaped(key)) throw refuse('This is not an API key. Send the header "Authorization: Bearer <key>".');
    const hash = this.secrets.sha256(key);
    const id = Buffer.from(hash).toString('base64');
    const nowMs = this.clock.monotonicMs();
    const known = this.known.get(id);
    if (known !== undefined && known.untilMs > nowMs) return known.caller;
    const caller = await this.unitOfWork.acrossShops((tx) => this.keys.find(tx, hash));
    this.known.delete(id);
    if (caller === null)
      throw refuse(
        'This API key is not valid, has ended, or was revoked. Use another one, or make one with "afterglow keys create".',
      );
    this.remember(id, { caller, untilMs: nowMs + CACHE_MS });
    await this.touch(caller, nowMs);
    return caller;
  }

  /** Revoked keys stop working in this process at once. */
  forget(): void {
    this.known.clear();
  }

  private remember(id: string, known: Known): void {
    if (this.known.size >= MAX_CACHED) this.known.clear();
    this.known.set(id, known);
  }

  private async touch(caller: Caller, nowMs: number): Promise<void> {
    const last = this.touchedAtMs.get(caller.id);
    if (last !== undefined && nowMs - last < TOUCH_MS) return;
    if (this.touchedAtMs.size >= MAX_CACHED) this.touchedAtMs.clear();
    this.touchedAtMs.set(caller.id, nowMs);
    await this.unitOfWork.inShop(caller.shopId, (tx) => this.keys.touch(tx, caller.id));
  }
}

function refuse(message: string): PermanentError {
  return new PermanentError('unauthenticated', message);
}
