import { Injectable } from '@nestjs/common';
import {
  addressOf,
  AfterglowError,
  type DomainEvent,
  EMPTY_CONTACT_HISTORY,
  enter,
  type FactsSnapshot,
  type Instant,
  type IsoInstant,
  isOwnEvent,
  type JournalEntry,
  MEDIA,
  type Medium,
  PermanentError,
  toIso,
} from '#app/domain';
import { type ContactBooks, ContactStore } from '../delivery/contact-store.port.js';
import type { TextSettings } from '../delivery/text-settings.js';
import { FactsReader } from '../facts/facts.repository.js';
import type { FoldedEvent } from '../journeys/journey-runtime.port.js';
import { toView } from '../journeys/runtime/hearing.js';
import { type JourneyInForce, JourneyPlans } from '../journeys/runtime/journey-plans.js';
import { RunStore, type StoredRun, type SuppressedAddress } from '../journeys/runtime/run-store.port.js';
import { ClockPort } from '../ports/clock.port.js';
import { SecretPort } from '../ports/secret.port.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import { Shops } from '../shops/shops.repository.js';
import { BacktestHistory, type WaitingRun } from './backtest-history.port.js';
import type { BacktestSample } from './backtest-report.js';
import { dealingsOf } from './dealings-of-then.js';
import { JourneyRehearsal, type RehearsedMessage } from './journey-rehearsal.js';
import { type GateFactsOfThen, RehearsalGate } from './rehearsal-gate.js';
import { SampleMessages } from './sample-messages.js';

export interface DryRunRequest {
  readonly key: string;
  /** The latest version when left out; a run that waits stays on its own. */
  readonly version?: number | undefined;
  /** Our id. */
  readonly customer: string;
  /** The sender's id. */
  readonly order?: string | undefined;
  readonly days: number;
}

export interface PlannedMessageLine extends BacktestSample {
  readonly dueAt: IsoInstant;
  readonly template: string;
  readonly wouldSend: boolean;
  /** Why it would stay. */
  readonly reason: string | null;
  /** Contact rules that put it off, one after the other. */
  readonly putOffBy: readonly string[];
}

export interface DryRunReport {
  readonly journey: string;
  readonly version: number;
  readonly customer: string;
  readonly order: string | null;
  readonly now: IsoInstant;
  readonly until: IsoInstant;
  /** `waiting`: the run that is under way goes on; `supposed`: the trigger is taken to happen now. */
  readonly start: 'waiting' | 'supposed';
  readonly entered: boolean;
  /** Why the person would not enter: `where`, `audience`, `entry-key`, `entered-before`. */
  readonly refusal: string | null;
  readonly detail: string | null;
  readonly journal: readonly JournalEntry[];
  readonly messages: readonly PlannedMessageLine[];
  /** How the run stands at the end. */
  readonly end: { readonly status: string; readonly step: string | null; readonly reason: string | null } | null;
}

interface Scene {
  readonly journey: JourneyInForce;
  readonly waiting: WaitingRun | null;
  readonly snapshot: FactsSnapshot;
  readonly orderId: string | null;
  readonly suppressed: ReadonlyMap<string, SuppressedAddress['scope']>;
  readonly texts: TextSettings;
  readonly books: ContactBooks;
  readonly data: DomainEvent['data'];
  readonly now: Instant;
}

interface Observed {
  readonly journal: JournalEntry[];
  readonly messages: RehearsedMessage[];
  run: StoredRun | null;
}

interface Refusal {
  readonly reason: string;
  readonly detail: string | null;
}

const nothing = (): Observed => ({ journal: [], messages: [], run: null });
const DAY_MS = 86_400_000;

/** What one journey would do for one person from now on if nothing else happened. Nothing is stored, no message leaves. */
@Injectable()
export class DryRunJourney {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly history: BacktestHistory,
    private readonly facts: FactsReader,
    private readonly plans: JourneyPlans,
    private readonly runs: RunStore,
    private readonly contacts: ContactStore,
    private readonly samples: SampleMessages,
    private readonly secrets: SecretPort,
    private readonly clock: ClockPort,
    private readonly shops: Shops,
  ) {}

  /** @throws PermanentError `not_found` for a journey, version, customer or order that isn't there */
  run(shopId: string, request: DryRunRequest): Promise<DryRunReport> {
    return this.unitOfWork.inShop(shopId, async (tx) => {
      const scene = await this.setScene(tx, request);
      return scene.waiting
        ? this.report(tx, request, scene, goOn(scene, scene.waiting, request), null)
        : this.suppose(tx, request, scene);
    });
  }

  private async suppose(tx: Transaction, request: DryRunRequest, scene: Scene): Promise<DryRunReport> {
    const folded = supposedEvent(scene);
    const result = enter(scene.journey.plan, toView(folded.event), scene.snapshot, scene.now);
    if (!result.entered)
      return this.report(tx, request, scene, nothing(), { reason: result.reason, detail: result.detail ?? null });
    const { version, plan } = scene.journey;
    const wish = { journeyId: version.journeyId, entryKey: result.entryKey };
    const [earlier] = await this.runs.earlierEntries(tx, [wish]);
    if (earlier && (plan.document.entry.reentry === 'never' || earlier.isWaiting))
      return this.report(tx, request, scene, nothing(), { reason: 'entered-before', detail: result.entryKey });
    const { rehearsal, observed, end } = stageFor(scene, request);
    rehearsal.hear(folded, scene.now);
    end();
    return this.report(tx, request, scene, observed, null);
  }

  private async setScene(tx: Transaction, request: DryRunRequest): Promise<Scene> {
    const { order = null } = request;
    const { customerId, orderId: namedOrderId, versionId, waiting } = await this.findSubject(tx, request);
    const orderId = waiting?.orderId ?? namedOrderId;
    const [shop, now, journeys] = await Promise.all([
      this.facts.shop(tx),
      this.clock.now(tx),
      this.plans.of(tx, [versionId]),
    ]);
    const journey = journeys.get(versionId);
    const [snapshot] = await this.facts.snapshots(tx, shop, [{ customerId, orderId }]);
    if (!journey || !snapshot) throw new AfterglowError('internal', `Version ${versionId} has gone.`);
    const last = await this.history.lastEvent(tx, journey.plan.trigger.event, customerId, order);
    const [suppressed, texts] = await Promise.all([this.suppressed(tx, snapshot), this.shops.texts(tx)]);
    const books = await this.contacts.books(tx, [{ id: customerId, customerId, now }]);
    return { journey, waiting, snapshot, orderId, suppressed, texts, books, data: last?.event.data ?? {}, now };
  }

  /** A run that waits stays on its version, unless another is asked for: then it is as though it weren't there. */
  private async findSubject(tx: Transaction, { key, version, customer, order }: DryRunRequest) {
    const found = await this.history.findVersion(tx, key, version ?? null);
    if (!found) throw new PermanentError('not_found', `There is no journey "${key}", or it has no such version.`);
    const subject = await this.history.findSubject(tx, customer, order ?? null);
    if (!subject)
      throw new PermanentError('not_found', `This shop has no customer ${customer}, or they have no such order.`);
    const { customerId, orderId } = subject;
    const waiting =
      version === undefined ? await this.history.waitingRun(tx, found.journeyId, customerId, orderId) : null;
    return { ...subject, waiting, versionId: waiting?.versionId ?? found.versionId };
  }

  private async suppressed(
    tx: Transaction,
    { customer }: FactsSnapshot,
  ): Promise<Map<string, SuppressedAddress['scope']>> {
    const addresses = MEDIA.flatMap((medium) => {
      const address = addressOf(customer, medium);
      if (address === null) return [];
      return [{ medium, fingerprint: Buffer.from(this.secrets.fingerprint(address, 'address')).toString('hex') }];
    });
    const rows = await this.runs.suppressed(tx, addresses);
    return new Map(rows.map(({ medium, scope }) => [medium, scope]));
  }

  private async report(
    tx: Transaction,
    { key, days }: DryRunRequest,
    { journey, snapshot, now, waiting }: Scene,
    observed: Observed,
    refusal: Refusal | null,
  ): Promise<DryRunReport> {
    const rendered = await this.samples.render(tx, journey, snapshot.shop.name, observed.messages);
    return {
      journey: key,
      version: journey.version.version,
      customer: snapshot.customerId,
      order: snapshot.order?.id ?? null,
      now: toIso(now),
      until: toIso(now + days * DAY_MS),
      start: waiting ? 'waiting' : 'supposed',
      entered: refusal === null,
      refusal: refusal && refusal.reason,
      detail: refusal && refusal.detail,
      journal: observed.journal,
      messages: rendered.map((sample, index) => ({ ...sample, ...planOf(observed.messages[index]) })),
      end: endOf(observed.run),
    };
  }
}

function endOf(run: StoredRun | null): DryRunReport['end'] {
  if (!run) return null;
  const { status, step, endReason } = run.state;
  return { status, step, reason: endReason };
}

function planOf(message: RehearsedMessage | undefined) {
  if (!message) throw new AfterglowError('internal', 'A message was rendered that was never planned.');
  const {
    send: { effect },
    reason,
    putOffBy,
  } = message;
  const why = effect.isHeldOut === true ? 'held-out' : reason;
  return { dueAt: toIso(effect.dueAt), template: effect.template, wouldSend: why === null, reason: why, putOffBy };
}

/** `end`: lets the days pass. What nobody knows of stays as it is: facts, what others send. */
function stageFor({ journey, snapshot, suppressed, texts, books, now }: Scene, { days }: DryRunRequest) {
  const observed = nothing();
  const { history } = books.people.get(snapshot.customerId) ?? { history: EMPTY_CONTACT_HISTORY };
  const known = dealingsOf(history);
  const facts: GateFactsOfThen = {
    snapshot: () => snapshot,
    suppression: (medium: Medium) => suppressed.get(medium),
    texts,
    dealings: () => known,
    orders: () => history.orders,
  };
  const gate = new RehearsalGate(facts, books.rules, books.shopZone, journey.plan.priority);
  gate.witness = {
    onDecision: (run, _isNew, journal) => {
      observed.run = run;
      observed.journal.push(...journal);
    },
    onMessage: (message) => observed.messages.push(message),
    onWaiting: (message, reason) => observed.messages.push({ ...message, reason }),
  };
  const rehearsal = new JourneyRehearsal(journey, facts, gate);
  const end = (): void => {
    rehearsal.ringUntil(now + days * DAY_MS);
    gate.judgeUntil(now + days * DAY_MS);
    gate.end();
    observed.messages.sort((a, b) => a.at - b.at);
  };
  return { rehearsal, observed, end };
}

/** Timers that are overdue ring at once. */
function goOn(scene: Scene, waiting: WaitingRun, request: DryRunRequest): Observed {
  const { rehearsal, observed, end } = stageFor(scene, request);
  const { wakeAt, ...fields } = waiting;
  const { journeyId } = scene.journey.version;
  const run: StoredRun = { ...fields, journeyId, customerId: scene.snapshot.customerId, runMonth: '', isHeld: false };
  observed.run = run;
  rehearsal.startAt(scene.now);
  rehearsal.resume(run, wakeAt);
  end();
  return observed;
}

/** The trigger as though it happened now, with what the last one of this person carried. */
function supposedEvent({ journey, snapshot, orderId, data, now }: Scene): FoldedEvent {
  const at = toIso(now);
  const type = journey.plan.trigger.event;
  const event = {
    id: 'supposed',
    type,
    occurredAt: at,
    receivedAt: at,
    ...(snapshot.order ? { order: { externalId: snapshot.order.id } } : {}),
    data: isOwnEvent(type) ? { date: at.slice(0, 10), ...data, journey: journey.version.key } : data,
  } as DomainEvent;
  return { event, customerId: snapshot.customerId, orderId, snapshot };
}
