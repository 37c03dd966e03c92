import { Injectable } from '@nestjs/common';
import { type Instant, MEDIA, PermanentError, toIso, TransientError } from '#app/domain';
import { ClockPort } from '../ports/clock.port.js';
import { HintPort } from '../ports/hint.port.js';
import { type Agenda, VirtualClockPort } from './virtual-clock.port.js';

/** An instant at which work goes on for longer than this is stuck (a dead process's leases end sooner). */
const PATIENCE_MS = 300_000;
/** About as long as a wake takes, for work that other processes do; asking more often takes from the database what they need. */
const POLL_MS = 3;
/** A hint may be lost or come too early: said again after this time without an end. */
const REPEAT_HINT_MS = 40;

/**
 * Steps the virtual clock from one due thing to the next. At each stop the real queues and workers do what is due; the clock
 * moves on when nothing is left, so everything happens in the order in which it falls due.
 */
@Injectable()
export class AdvanceClock {
  private isStopped = false;

  constructor(
    private readonly virtual: VirtualClockPort,
    private readonly hints: HintPort,
    private readonly clock: ClockPort,
  ) {}

  /**
   * Returns the new present once everything due up to it has been done. `stepMs`: stop only at whole multiples of it, counted from
   * the present; 0 stops at each due time.
   * @throws PermanentError `clock.not_virtual`, `conflict` for a target in the past, `clock.busy` beside a running advance
   */
  async to(target: Instant, stepMs = 0): Promise<Instant> {
    const present = await this.present();
    if (target < present) {
      throw new PermanentError(
        'conflict',
        `The clock stands at ${toIso(present)} and never goes back. Name a later time.`,
      );
    }
    const reached = await this.virtual.exclusively(() => this.walk(target, stepMs));
    if (reached === null)
      throw new PermanentError('clock.busy', 'The clock is being advanced already. Wait until that call returns.');
    return reached;
  }

  /** A running advance ends where it stands, as soon as it can. */
  stop(): void {
    this.isStopped = true;
  }

  async present(): Promise<Instant> {
    const present = await this.virtual.read();
    if (present === null)
      throw new PermanentError(
        'clock.not_virtual',
        'The clock is real. Start Afterglow with CLOCK=virtual to move it.',
      );
    return present;
  }

  private async walk(target: Instant, stepMs: number): Promise<Instant> {
    // Read again: another advance may have ended just before this one got its turn.
    const present = await this.present();
    if (target < present)
      throw new PermanentError(
        'conflict',
        `The clock stands at ${toIso(present)} and never goes back. Name a later time.`,
      );
    let hintedAt = -Infinity;
    for (let reached = present; ;) {
      const { nextTimer, nextMessage, nextCall } = await this.settle(hintedAt);
      const due = Math.min(nextTimer ?? Infinity, nextMessage ?? Infinity, nextCall ?? Infinity);
      if (due > target) break;
      // what an event that came just now has made due already is done at this instant: time never goes back
      if (due <= reached) continue;
      reached = Math.min(stopFor(due, present, stepMs), target);
      await this.virtual.set(reached);
      this.hint({
        inbox: false,
        timers: (nextTimer ?? Infinity) <= reached,
        messages: (nextMessage ?? Infinity) <= reached,
        calls: (nextCall ?? Infinity) <= reached,
      });
      hintedAt = this.clock.monotonicMs();
    }
    await this.virtual.set(target);
    await this.settle();
    return target;
  }

  /** Waits until the workers have nothing left to do at this instant; returns what is planned beyond it. */
  private async settle(lastHintAt = -Infinity): Promise<Agenda> {
    const start = this.clock.monotonicMs();
    for (let hintedAt = lastHintAt; ;) {
      const wasDoneHere = await this.hints.settled();
      if (this.isStopped)
        throw new TransientError('unavailable', 'Afterglow is stopping. Advance the clock again once it runs.');
      const agenda = await this.virtual.agenda();
      if (!agenda.inbox && !agenda.timers && !agenda.messages && !agenda.calls) return agenda;
      const now = this.clock.monotonicMs();
      if (now - start > PATIENCE_MS) {
        throw new TransientError(
          'timeout',
          `Work that is due has not been done for ${PATIENCE_MS / 1_000} s. Is a worker running? See /api/v1/ops/overview.`,
        );
      }
      if (now - hintedAt > REPEAT_HINT_MS) {
        hintedAt = now;
        this.hint(agenda);
      }
      if (!(wasDoneHere && hintedAt === now)) await this.clock.sleep(POLL_MS);
    }
  }

  private hint({ inbox, timers, messages, calls }: Pick<Agenda, 'inbox' | 'timers' | 'messages' | 'calls'>): void {
    if (inbox) this.hints.hint('intake');
    if (timers) this.hints.hint('timers');
    if (calls) this.hints.hint('delivery-webhook');
    if (!messages) return;
    for (const medium of MEDIA) this.hints.hint(`delivery-${medium}`);
  }
}

/** The first stop at or after a due time. */
function stopFor(due: Instant, start: Instant, stepMs: number): Instant {
  return stepMs <= 0 ? due : start + Math.ceil((due - start) / stepMs) * stepMs;
}
