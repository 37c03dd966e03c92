import { Injectable } from '@nestjs/common';
import { DeliverMessages, FireDueTimers, ProcessInbox, type QueueName } from '#app/application';
import { BullHints } from '#app/queue';
import { Drain } from './drain.js';
import { WorkMetrics } from './work-metrics.js';

/** The rounds of this process, shared by the processors (prompt) and the sweeper (sure). */
@Injectable()
export class Drains {
  readonly intake: Drain;
  readonly timers: Drain;
  readonly email: Drain;
  readonly sms: Drain;

  constructor(
    processInbox: ProcessInbox,
    fireDueTimers: FireDueTimers,
    private readonly deliverMessages: DeliverMessages,
    hints: BullHints,
    work: WorkMetrics,
  ) {
    this.intake = new Drain(async () => {
      const { claimed } = await work.intake(() => processInbox.run());
      // a batch is one shop's: others may wait behind it
      return { claimed, hasMore: claimed > 0 };
    });
    this.timers = new Drain(() => work.timers(() => fireDueTimers.run()));
    this.email = new Drain(() => work.timed('delivery-email', () => deliverMessages.run('email')));
    this.sms = new Drain(() => work.timed('delivery-sms', () => deliverMessages.run('sms')));
    this.listen(hints, 'intake', this.intake);
    this.listen(hints, 'timers', this.timers);
    this.listen(hints, 'delivery-email', this.email);
    this.listen(hints, 'delivery-sms', this.sms);
  }

  private listen(hints: BullHints, queue: QueueName, drain: Drain): void {
    hints.listen(queue, () => drain.run());
  }

  /** Nothing new begins; resolves when what is under way has ended. */
  async stop(): Promise<void> {
    // a round of deliveries may hold thousands of messages
    this.deliverMessages.stop();
    await Promise.all(this.all().map((drain) => drain.stop()));
  }

  all(): readonly Drain[] {
    return [this.intake, this.timers, this.email, this.sms];
  }
}
