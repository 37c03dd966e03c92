import { Injectable } from '@nestjs/common';
import type { QueueName } from '#app/application';
import { BullHints } from '#app/queue';
import { ClockWatch } from './clock-watch.js';
import { Drain } from './drain.js';
import { Rounds } from './rounds.js';

/** The rounds of this process, shared by the processors (prompt) and the sweeper (sure). */
@Injectable()
export class Drains {
  readonly intake: Drain;
  readonly timers: Drain;
  readonly email: Drain;
  readonly sms: Drain;
  readonly whatsapp: Drain;
  readonly webhook: Drain;

  constructor(
    private readonly rounds: Rounds,
    clock: ClockWatch,
    hints: BullHints,
  ) {
    this.intake = new Drain(clock.guarded(rounds.intake));
    this.timers = new Drain(clock.watched(rounds.timers));
    this.email = new Drain(clock.watched(rounds.email));
    this.sms = new Drain(clock.watched(rounds.sms));
    this.whatsapp = new Drain(clock.watched(rounds.whatsapp));
    this.webhook = new Drain(clock.watched(rounds.webhook));
    this.listen(hints, 'intake', this.intake);
    this.listen(hints, 'timers', this.timers);
    this.listen(hints, 'delivery-email', this.email);
    this.listen(hints, 'delivery-sms', this.sms);
    this.listen(hints, 'delivery-whatsapp', this.whatsapp);
    this.listen(hints, 'delivery-webhook', this.webhook);
  }

  private listen(hints: BullHints, queue: QueueName, drain: Drain): void {
    hints.listen(queue, () => drain.run());
  }

  /** Nothing new begins; resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.rounds.stop();
    await Promise.all(this.all().map((drain) => drain.stop()));
  }

  all(): readonly Drain[] {
    return [this.intake, this.timers, this.email, this.sms, this.whatsapp, this.webhook];
  }
}
