import { Injectable } from '@nestjs/common';
import { type Act, type ActEffect, type Decision, enter, type Instant, type RunState, toIso } from '#app/domain';
import { IdPort } from '../../ports/id.port.js';
import type { Transaction } from '../../ports/unit-of-work.port.js';
import { countUnderWay, type Entered, startRun, toWish, trackStored } from './hearing.js';
import { type JourneyInForce, JourneyPlans } from './journey-plans.js';
import { type DecidedAct, type RunBatch, TrackedRun } from './run-batch.js';
import { RunStore } from './run-store.port.js';

/** Runs that may begin one after the other because each starts the next, within one transaction. */
const MAX_CHAIN = 50;

type Start = DecidedAct & { readonly act: Extract<Act, { type: 'start' }> };
type Stop = DecidedAct & { readonly act: Extract<Act, { type: 'stop' }> };
type Admission = { readonly entered: Entered } | { readonly reason: string; readonly detail?: string | undefined };

/** Carries out what steps decide about other journeys: people enter and leave them within the same batch. */
@Injectable()
export class LinkJourneys {
  constructor(
    private readonly plans: JourneyPlans,
    private readonly runs: RunStore,
    private readonly ids: IdPort,
  ) {}

  /** Goes on until nothing that was started starts or stops anything more. */
  async follow(tx: Transaction, batch: RunBatch, now: Instant): Promise<void> {
    for (let links = batch.takeLinks(); links.length > 0; links = batch.takeLinks()) {
      const starts = links.flatMap(asStart);
      const admissions = await this.admit(tx, batch, starts, now);
      await this.loadRuns(tx, batch, links.flatMap(asStop));
      const entering = starts.flatMap(({ effect, tracked }) => {
        const admission = admissions.get(effect);
        return admission && 'entered' in admission ? [{ ...admission, customerId: tracked.run.customerId }] : [];
      });
      await countUnderWay(tx, this.runs, batch, entering);
      for (const link of links) {
        for (const start of asStart(link)) this.start(batch, start, admissions.get(link.effect), now);
        for (const stop of asStop(link)) endRuns(batch, stop);
      }
    }
  }

  /** Asks audience and entry key of each journey to be started, and which of the keys were used before. */
  private async admit(
    tx: Transaction,
    batch: RunBatch,
    starts: readonly Start[],
    now: Instant,
  ): Promise<ReadonlyMap<ActEffect, Admission>> {
    if (starts.length === 0) return new Map();
    const live = (batch.live ??= await this.plans.enterable(tx));
    const admissions = new Map(starts.map((start) => [start.effect, admissionOf(batch, start, live, now)]));
    const wishes = [...admissions.values()].flatMap((admission) =>
      'entered' in admission ? toWish(admission.entered) : [],
    );
    const unknown = wishes.filter((wish) => !batch.knowsEntry(wish));
    if (unknown.length > 0) batch.knowEntries(await this.runs.earlierEntries(tx, unknown));
    return admissions;
  }

  private start(batch: RunBatch, link: Start, admission: Admission | undefined, now: Instant): void {
    const { tracked, effect, act } = link;
    const refuse = (reason: string, detail?: string): void =>
      tracked.noteAct(effect, { act: 'start', journey: act.journey, refused: reason, ...(detail ? { detail } : {}) });
    if (!admission || !('entered' in admission)) {
      refuse(admission?.reason ?? 'not-live', admission?.detail);
      return;
    }
    tracked.chain.starts += 1;
    const isEndless = tracked.chain.starts > MAX_CHAIN;
    const entered = isEndless ? abandoned(admission.entered) : startedBy(admission.entered, tracked);
    const { customerId, orderId } = tracked.run;
    const folded = { customerId, orderId, snapshot: batch.seen(customerId, link.snapshot) };
    const run = startRun(batch, { folded }, entered, now, this.ids.next());
    if (run instanceof TrackedRun) run.chain = tracked.chain;
    else refuse(run.reason, run.reason === 'entered-before' ? undefined : run.detail);
  }

  /** The waiting runs of those people whose runs this batch doesn't hold yet. */
  private async loadRuns(tx: Transaction, batch: RunBatch, links: readonly DecidedAct[]): Promise<void> {
    const customerIds = [...new Set(links.map(({ tracked }) => tracked.run.customerId))].filter((id) =>
      batch.wantsRunsOf(id),
    );
    if (customerIds.length === 0) return;
    const stored = (await this.runs.lockWaiting(tx, customerIds)).filter((run) => !batch.isTracked(run.id));
    await trackStored(tx, this.plans, batch, stored);
    batch.holdsRunsOf(customerIds);
  }
}

function asStart(link: DecidedAct): Start[] {
  const { act } = link.effect;
  return act.type === 'start' ? [{ ...link, act }] : [];
}

function asStop(link: DecidedAct): Stop[] {
  const { act } = link.effect;
  return act.type === 'stop' ? [{ ...link, act }] : [];
}

/**
 * Audience and entry key decide as they do on an event. The event is the one that the starting run entered by; it happens when the
 * step decides, so that waits count from there.
 */
function admissionOf(
  batch: RunBatch,
  { tracked, effect, snapshot, act }: Start,
  live: readonly JourneyInForce[],
  now: Instant,
): Admission {
  const journey = live.find(({ version }) => version.key === act.journey);
  if (!journey) return { reason: 'not-live' };
  const { plan } = journey;
  const event = { ...tracked.run.state.entry, occurredAt: toIso(Math.min(effect.at, now)) };
  const asked = { ...plan, trigger: { event: event.type, where: null, journey: null } };
  const result = enter(asked, event, batch.seen(tracked.run.customerId, snapshot), now);
  if (result.entered) return { entered: { ...result, journey } };
  return { reason: result.reason, detail: result.detail };
}

/** The new run's journal says who started it. */
function startedBy(entered: Entered, { run, journey }: TrackedRun): Entered {
  const { decision } = entered;
  const journal = decision.journal.map((line, index) =>
    index === 0 ? { ...line, data: { ...line.data, startedBy: { journey: journey.version.key, run: run.id } } } : line,
  );
  return { ...entered, decision: { ...decision, journal } };
}

/** A run that begins too deep in a chain ends where it begins. */
function abandoned(entered: Entered): Entered {
  const { decision } = entered;
  const first = decision.journal.slice(0, 1);
  const reason = 'failed:journey.endless';
  const problem = `More than ${MAX_CHAIN} runs started each other without a wait.`;
  const seq = first.length;
  const at = first[0]?.at ?? toIso(decision.run.at);
  const run: RunState = {
    ...decision.run,
    status: 'failed',
    step: null,
    visit: 0,
    stepState: null,
    seq: seq + 1,
    endReason: reason,
  };
  const last = { seq, kind: 'finished', step: null, at, data: { status: 'failed', reason, problem } } as const;
  return {
    ...entered,
    decision: { run, effects: [{ type: 'finish', status: 'failed', reason }], journal: [...first, last] },
  };
}

/** Ends the person's waiting runs of a journey, as an exit event would. */
function endRuns(batch: RunBatch, { tracked, effect, act, snapshot }: Stop): void {
  const reason = `stopped:${tracked.journey.version.key}`;
  for (const other of batch.waitingIn(act.journey, tracked)) {
    const { state } = other.run;
    const at = Math.max(state.at, effect.at);
    const data = { status: 'exited', reason, by: tracked.run.id };
    const decision: Decision = {
      run: { ...state, status: 'exited', step: null, stepState: null, at, seq: state.seq + 1, endReason: reason },
      effects: [{ type: 'finish', status: 'exited', reason }],
      journal: [{ seq: state.seq, kind: 'finished', step: state.step, at: toIso(at), data }],
    };
    batch.apply(other, decision, snapshot);
  }
}
