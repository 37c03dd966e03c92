import { Injectable } from '@nestjs/common';
import { TransientError } from '#app/domain';
import { ClockPort } from '../ports/clock.port.js';
import { HintPort } from '../ports/hint.port.js';
import { InboxPort, type ReceivedBody, type StoredBody } from './inbox.port.js';

/** Commits under way at once; while that many are, bodies gather for the next. */
const MAX_COMMITS = 4;
const MAX_BODIES_PER_COMMIT = 200;
/** Beyond these a sender is better served by an early "come back" than by a late answer. */
const MAX_WAITING = 2_000;
const MAX_WAIT_MS = 2_000;
const WATCH_EVERY_MS = 250;
const RETRY_AFTER_S = 2;

interface Waiting {
  readonly body: ReceivedBody;
  readonly sinceMs: number;
  readonly resolve: (stored: StoredBody) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Stores received bodies, many to a commit. An idle system commits a body at once; a busy one commits what has gathered while
 * earlier commits were under way. A caller is answered after its own commit, or refused when that takes too long: then the body
 * may still be stored, and the sender's retry is absorbed as a duplicate.
 */
@Injectable()
export class AcceptEvents {
  private waiting: Waiting[] = [];
  private readonly flights = new Set<readonly Waiting[]>();
  private isWatching = false;

  constructor(
    private readonly inbox: InboxPort,
    private readonly hints: HintPort,
    private readonly clock: ClockPort,
  ) {}

  /** @throws TransientError `unavailable` when too many bodies wait, the commit takes too long or the database is away */
  accept(body: ReceivedBody): Promise<StoredBody> {
    if (this.waiting.length >= MAX_WAITING) return Promise.reject(overloaded());
    const stored = this.enqueue(body);
    this.start();
    return stored;
  }

  /** Several bodies of one caller, together: all of them wait, or none when there is no room. Answers in their order. */
  acceptAll(bodies: readonly ReceivedBody[]): Promise<StoredBody[]> {
    if (this.waiting.length + bodies.length > MAX_WAITING) return Promise.reject(overloaded());
    const stored = bodies.map((body) => this.enqueue(body));
    this.start();
    return Promise.all(stored);
  }

  private enqueue(body: ReceivedBody): Promise<StoredBody> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ body, sinceMs: this.clock.monotonicMs(), resolve, reject });
    });
  }

  private start(): void {
    if (this.flights.size < MAX_COMMITS) this.commitNext();
    if (!this.isWatching) void this.watch();
  }

  private commitNext(): void {
    if (this.waiting.length === 0) return;
    const isAll = this.waiting.length <= MAX_BODIES_PER_COMMIT;
    const batch = isAll ? this.waiting : this.waiting.slice(0, MAX_BODIES_PER_COMMIT);
    this.waiting = isAll ? [] : this.waiting.slice(MAX_BODIES_PER_COMMIT);
    this.flights.add(batch);
    void this.commit(batch);
  }

  private async commit(batch: readonly Waiting[]): Promise<void> {
    try {
      const stored = await this.inbox.store(batch.map(({ body }) => body));
      for (const [index, { resolve, reject }] of batch.entries()) {
        const answer = stored[index];
        if (answer) resolve(answer);
        else
          reject(
            new TransientError('unavailable', 'The event was not stored. Send it again.', {
              retryAfterS: RETRY_AFTER_S,
            }),
          );
      }
      if (stored.some(({ outcome }) => outcome === 'accepted')) this.hints.hint('intake');
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.flights.delete(batch);
      this.commitNext();
    }
  }

  /** Runs while anything waits. A second settling of a promise does nothing, so bodies in flight may be refused as well. */
  private async watch(): Promise<void> {
    this.isWatching = true;
    while (this.waiting.length > 0 || this.flights.size > 0) {
      await this.clock.sleep(WATCH_EVERY_MS);
      const before = this.clock.monotonicMs() - MAX_WAIT_MS;
      for (const batch of this.flights) refuseOlder(batch, before);
      refuseOlder(this.waiting, before);
      this.waiting = this.waiting.filter(({ sinceMs }) => sinceMs >= before);
    }
    this.isWatching = false;
  }
}

function refuseOlder(batch: readonly Waiting[], beforeMs: number): void {
  for (const { sinceMs, reject } of batch) if (sinceMs < beforeMs) reject(overloaded());
}

function overloaded(): TransientError {
  return new TransientError(
    'unavailable',
    'Storing takes too long at the moment. Send the event again in a few seconds.',
    { retryAfterS: RETRY_AFTER_S },
  );
}
