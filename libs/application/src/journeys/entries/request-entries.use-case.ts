import { Injectable } from '@nestjs/common';
import { type CustomerRef, type FactsSnapshot, type Json, PermanentError } from '#app/domain';
import { AuditTrail } from '../../access/audit-trail.port.js';
import { FactsReader } from '../../facts/facts.repository.js';
import { FactsStore, type KnownPeople } from '../../facts/facts-store.port.js';
import { identitiesOf } from '../../intake/people.js';
import { ClockPort } from '../../ports/clock.port.js';
import { HintPort } from '../../ports/hint.port.js';
import { type Transaction, UnitOfWork } from '../../ports/unit-of-work.port.js';
import type { EntryOutcome, EventsReport } from '../journey-runtime.port.js';
import { JourneyStore } from '../manage/journey-store.port.js';
import { JourneyPlans } from '../runtime/journey-plans.js';
import { type OwnEvent, RaiseEvents } from './raise-events.js';
import { refusalInWords } from './refusal-in-words.js';

/** Somebody who is to enter a journey. */
export interface AskedEntry {
  readonly customer: CustomerRef;
  /** The sender's id of an order of theirs. */
  readonly order?: string | undefined;
  /** What the journey sees as `event.data.key`. */
  readonly key?: string | undefined;
  /** What it sees beside it in `event.data`. */
  readonly data: { readonly [field: string]: Json };
}

/** `reason`: the engine's, `unknown-customer`, `unknown-order`, or `paused` while the whole shop lets nobody in. */
export type EntryAnswer =
  | { readonly status: 'entered'; readonly run: string }
  | { readonly status: 'refused'; readonly reason: string; readonly detail: string | null };

interface Subject {
  readonly customerId: string;
  readonly orderId: string | null;
}

/** Lets people into a journey that begins by API: known people, by its audience and entry rules, in one transaction. */
@Injectable()
export class RequestEntries {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly journeys: JourneyStore,
    private readonly plans: JourneyPlans,
    private readonly intake: FactsStore,
    private readonly facts: FactsReader,
    private readonly events: RaiseEvents,
    private readonly clock: ClockPort,
    private readonly hints: HintPort,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Answers in the order of the call. A call that is repeated meets the entry keys that it has used.
   * @throws PermanentError `not_found` for a journey that isn't there, `conflict` when it isn't live or begins by something else
   */
  async run(shopId: string, key: string, asked: readonly AskedEntry[]): Promise<EntryAnswer[]> {
    const { answers, media } = await this.unitOfWork.inShop(shopId, async (tx) => {
      const admitted = await this.admit(tx, key, asked);
      await this.audit.note(tx, {
        action: 'enter',
        subject: 'journey',
        subjectId: key,
        changes: countsOf(admitted.answers),
      });
      return admitted;
    });
    for (const medium of media) this.hints.hint(`delivery-${medium}`);
    return answers;
  }

  private async admit(
    tx: Transaction,
    key: string,
    asked: readonly AskedEntry[],
  ): Promise<{ readonly answers: EntryAnswer[]; readonly media: EventsReport['media'] }> {
    await this.intake.lockIntake(tx);
    await this.refuseUnfit(tx, key);
    const known = await this.intake.load(tx, {
      identities: asked.flatMap(({ customer }) => identitiesOf(customer)),
      orderExternalIds: asked.flatMap(({ order }) => order ?? []),
    });
    const subjects = asked.map((one) => subjectOf(one, known));
    const [shop, now] = await Promise.all([this.facts.shop(tx), this.clock.now(tx)]);
    const found = subjects.filter((subject) => typeof subject !== 'string');
    const snapshots = await this.facts.snapshots(tx, shop, found);
    const entering = asked.filter((_, index) => typeof subjects[index] !== 'string');
    const events = entering.map((one, index): OwnEvent => {
      const { data, key: entryKey } = one;
      const told = { ...data, journey: key, ...(entryKey === undefined ? {} : { key: entryKey }) };
      const { orderId } = found[index] as Subject;
      return {
        type: 'journey.requested',
        occurredAt: now,
        data: told,
        orderId,
        snapshot: snapshots[index] as FactsSnapshot,
      };
    });
    const report = await this.events.raise(tx, shop, now, events);
    const outcomes = report.entries.values();
    const isShut = report.entries.length < events.length;
    const answers = subjects.map((subject) => {
      if (typeof subject === 'string') return refused(subject, null);
      return isShut ? refused('paused', null) : answerOf(outcomes.next().value);
    });
    return { answers, media: report.media };
  }

  private async refuseUnfit(tx: Transaction, key: string): Promise<void> {
    const journey = await this.journeys.find(tx, key);
    if (!journey)
      throw new PermanentError(
        'not_found',
        `There is no journey "${key}". GET /api/v1/journeys lists those there are.`,
      );
    const live = (await this.plans.live(tx)).find(({ version }) => version.key === key);
    if (!live)
      throw new PermanentError('conflict', `The journey "${key}" is not live, so nobody enters. Publish or resume it.`);
    const { event } = live.plan.trigger;
    if (event !== 'journey.requested')
      throw new PermanentError(
        'conflict',
        `The journey "${key}" begins by ${event}, not by API. Write "trigger: api" in its document and publish that.`,
      );
  }
}

/** The identity that decides first says who it is; a reason when nobody is known by any. */
function subjectOf(
  { customer, order }: AskedEntry,
  known: KnownPeople,
): Subject | 'unknown-customer' | 'unknown-order' {
  const owners = identitiesOf(customer).flatMap(({ kind, value }) =>
    known.identities.filter((owned) => owned.kind === kind && owned.value === value),
  );
  const customerId = owners[0]?.customerId;
  if (customerId === undefined) return 'unknown-customer';
  if (order === undefined) return { customerId, orderId: null };
  const own = known.orders.find((one) => one.externalId === order && one.customerId === customerId);
  return own ? { customerId, orderId: own.id } : 'unknown-order';
}

/** Who they are stands in the journals of their runs. */
function countsOf(answers: readonly EntryAnswer[]): Readonly<Record<string, number>> {
  const entered = answers.filter(({ status }) => status === 'entered').length;
  return { entered, refused: answers.length - entered };
}

function answerOf(outcome: EntryOutcome | undefined): EntryAnswer {
  const run = outcome?.run ?? null;
  if (run !== null) return { status: 'entered', run };
  return refused(outcome?.refused?.reason ?? 'where', outcome?.refused?.detail ?? null);
}

function refused(reason: string, detail: string | null): EntryAnswer {
  return { status: 'refused', reason, detail: refusalInWords(reason, detail) };
}
