import { Injectable } from '@nestjs/common';
import { DeliverMessages, FireDueTimers, ProcessInbox } from '#app/application';
import { Drain } from './drain.js';

/** The rounds of this process, shared by the processors (prompt) and the sweeper (sure). */
@Injectable()
export class Drains {
  readonly intake: Drain;
  readonly timers: Drain;
  readonly email: Drain;
  readonly sms: Drain;

  constructor(processInbox: ProcessInbox, fireDueTimers: FireDueTimers, deliverMessages: DeliverMessages) {
    this.intake = new Drain(() => processInbox.run());
    this.timers = new Drain(() => fireDueTimers.run());
    this.email = new Drain(() => deliverMessages.run('email'));
    this.sms = new Drain(() => deliverMessages.run('sms'));
  }

  all(): readonly Drain[] {
    return [this.intake, this.timers, this.email, this.sms];
  }
}
