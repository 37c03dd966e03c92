import { setTimeout as sleep } from 'node:timers/promises';
import { DeliverMessages, FireDueTimers, OpenJourneys, ProcessInbox, VirtualClockPort } from '#app/application';
import { toInstant } from '#app/domain';
import type { ToldEvent } from '../support/random-history.js';
import type { ApiRig } from './api-rig.js';

export interface Report {
  events: number;
  earlierEvents: number;
  entered: number;
  messages: { wouldSend: number; byDay: Record<string, number>; byMedium: Record<string, number> };
  suppressed: Record<string, number>;
  contact: {
    putOff: {
      messages: number;
      byRule: Record<string, number>;
      sentLater: number;
      meanHours: number;
      longestHours: number;
    };
    skipped: Record<string, number>;
    waiting: Record<string, number>;
    heldByOthers: { messages: number; people: number; byJourney: Record<string, number> };
  };
  funnel: ({ step: string; entered: number; sent: number; passed: number; heldOut: number } & Record<
    'skipped' | 'failed' | 'waiting' | 'exited',
    Record<string, number>
  >)[];
  diff: { onlyBacktest: number; onlyOther: number; both: number; retimed: number; examples: unknown };
  sample: { subject: string | null; problem: string | null }[];
  collisions: { messages: number; byJourney: Record<string, number> };
  sms: { messages: number; segments: number; cost: { amount: number; currency: string } | null };
}

export async function backtestOf(rig: ApiRig, key: string, request: object): Promise<Report> {
  const { status, body, text } = await rig.post<Report & { id: string }>(`/api/v1/journeys/${key}/backtest`, request);
  if (status === 200) return body;
  if (status !== 202) throw new Error(text);
  for (;;) {
    await sleep(100);
    const job = await rig.get<{ state: string; report: Report | null }>(`/api/v1/backtests/${body.id}`);
    if (job.body.report) return job.body.report;
    if (job.body.state !== 'running') throw new Error(job.text);
  }
}

/** The live system, told events at their times: the clock stops at everything that falls due on the way. */
export class LiveShop {
  private readonly clock: VirtualClockPort;

  constructor(private readonly rig: ApiRig) {
    this.clock = rig.app.get(VirtualClockPort);
  }

  async tell(events: readonly ToldEvent[]): Promise<void> {
    for (const { receivedAt, ...event } of events) {
      await this.reach(receivedAt);
      const answer = await this.rig.post('/api/v1/events', event);
      if (answer.status !== 202) throw new Error(answer.text);
      await this.work();
    }
  }

  async reach(iso: string): Promise<void> {
    const target = toInstant(iso);
    for (;;) {
      const { nextTimer, nextMessage } = await this.clock.agenda();
      const next = Math.min(nextTimer ?? Infinity, nextMessage ?? Infinity);
      if (next > target) break;
      await this.clock.set(Math.max(next, (await this.clock.read()) ?? 0));
      await this.work();
    }
    await this.clock.set(target);
    await this.work();
  }

  async work(): Promise<void> {
    const { app } = this.rig;
    while ((await app.get(ProcessInbox).run()).claimed > 0);
    while ((await app.get(FireDueTimers).run()).claimed > 0);
    while ((await app.get(OpenJourneys).run()).claimed > 0);
    for (const medium of ['email', 'sms'] as const) await app.get(DeliverMessages).run(medium);
  }
}
