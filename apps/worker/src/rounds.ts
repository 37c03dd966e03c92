import { Injectable } from '@nestjs/common';
import { DeliverCalls, DeliverMessages, FireDueTimers, OpenJourneys, ProcessInbox } from '#app/application';
import type { Round } from './drain.js';
import { WorkMetrics } from './work-metrics.js';

/** What one round of each queue does in this process, measured. */
@Injectable()
export class Rounds {
  constructor(
    private readonly processInbox: ProcessInbox,
    private readonly fireDueTimers: FireDueTimers,
    private readonly openJourneys: OpenJourneys,
    private readonly deliverMessages: DeliverMessages,
    private readonly deliverCalls: DeliverCalls,
    private readonly work: WorkMetrics,
  ) {}

  readonly intake: Round = async () => {
    const { claimed } = await this.work.intake(() => this.processInbox.run());
    // a batch is one shop's: others may wait behind it
    return { claimed, hasMore: claimed > 0 };
  };

  /** Waits that are over, and people whom a date or a schedule lets in. */
  readonly timers: Round = async () => {
    const timers = await this.work.timers(() => this.fireDueTimers.run());
    const entries = await this.work.entries(() => this.openJourneys.run());
    return { claimed: timers.claimed + entries.claimed, hasMore: timers.hasMore || entries.claimed > 0 };
  };

  readonly email: Round = () => this.work.timed('delivery-email', () => this.deliverMessages.run('email'));
  readonly sms: Round = () => this.work.timed('delivery-sms', () => this.deliverMessages.run('sms'));
  readonly whatsapp: Round = () => this.work.timed('delivery-whatsapp', () => this.deliverMessages.run('whatsapp'));
  readonly webhook: Round = () => this.work.calls(() => this.deliverCalls.run());

  /** A round of deliveries may hold thousands of messages: it ends as soon as it can. */
  stop(): void {
    this.deliverMessages.stop();
    this.deliverCalls.stop();
  }
}
