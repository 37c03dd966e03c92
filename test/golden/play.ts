import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseJourneyText } from '#app/application';
import {
  applyEvent,
  compileJourney,
  concerns,
  decide,
  type Decision,
  type DomainEvent,
  enter,
  type EventView,
  type FactsSnapshot,
  type Instant,
  type JourneyDocument,
  type JourneyPlan,
  type Json,
  NOBODY,
  type PersonFacts,
  type RunState,
  snapshotOf,
  toInstant,
  toIso,
} from '#app/domain';
import { stepKinds } from '#app/steps';

/** One person's events through one preset, without a database: facts are folded and timers rung as the worker does it. */
export interface Scenario {
  readonly preset: string;
  /** Settings that differ from the preset's. */
  readonly settings?: Readonly<Record<string, Json>>;
  readonly shopZone?: string;
  readonly customerZone?: string;
  /** Our id of the person; lots are drawn by it. */
  readonly customerId?: string;
  /** In order of receipt; an event without `receivedAt` comes in when it happens. */
  readonly events: readonly ScenarioEvent[];
  /** Timers ring up to here. */
  readonly until: string;
}

export interface ScenarioEvent {
  readonly type: DomainEvent['type'];
  readonly occurredAt: string;
  readonly receivedAt?: string;
  readonly order?: string;
  readonly data?: Json;
}

/** A decision as it is recorded: which order's run, at what time of the clock, on what. */
export interface PlayedDecision {
  readonly now: string;
  readonly run: string;
  readonly told: string;
  readonly decision: Decision;
}

interface PlayedRun {
  readonly key: string;
  readonly orderId: string | null;
  state: RunState;
  wakeAt: Instant | null;
}

const PRESETS = path.resolve('config/presets/journeys');

export function presetKeys(): string[] {
  return readdirSync(PRESETS)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length));
}

export function presetDocument(key: string, settings: Readonly<Record<string, Json>> = {}): JourneyDocument {
  const read = parseJourneyText(readFileSync(path.join(PRESETS, `${key}.yaml`), 'utf8'), 'yaml');
  if ('faults' in read) throw new Error(JSON.stringify(read.faults, null, 2));
  return { ...read.document, settings: { ...read.document.settings, ...settings } };
}

export function planOf(document: JourneyDocument): JourneyPlan {
  const compiled = compileJourney(document, stepKinds);
  if ('faults' in compiled) throw new Error(JSON.stringify(compiled.faults, null, 2));
  return compiled.plan;
}

export function play(scenario: Scenario): PlayedDecision[] {
  const table = new Table(scenario, planOf(presetDocument(scenario.preset, scenario.settings)));
  scenario.events.forEach((event, index) => table.take(toEvent(event, index)));
  table.ringUntil(toInstant(scenario.until));
  return table.played;
}

/** When each message of a played scenario fell due, by template. */
export function messagesOf(played: readonly PlayedDecision[]): string[] {
  return played.flatMap(({ run, decision }) =>
    decision.effects.flatMap((effect) =>
      effect.type === 'send' ? [`${run} ${effect.template} ${toIso(effect.dueAt)}`] : [],
    ),
  );
}

function toEvent({ type, occurredAt, receivedAt, order, data }: ScenarioEvent, index: number): DomainEvent {
  return {
    id: `event-${index}`,
    type,
    occurredAt: toIso(toInstant(occurredAt)),
    receivedAt: toIso(toInstant(receivedAt ?? occurredAt)),
    customer: { email: 'ines@example.com' },
    ...(order === undefined ? {} : { order: { externalId: order } }),
    data: data ?? {},
  } as DomainEvent;
}

class Table {
  readonly played: PlayedDecision[] = [];
  private person: PersonFacts = NOBODY;
  private readonly runs: PlayedRun[] = [];
  /** What the clock shows; a timer that was due before we heard of its cause rings now. */
  private clock: Instant = 0;

  constructor(
    private readonly scenario: Scenario,
    private readonly plan: JourneyPlan,
  ) {}

  take(event: DomainEvent): void {
    const now = toInstant(event.receivedAt);
    this.ringUntil(now);
    this.clock = Math.max(this.clock, now);
    this.person = applyEvent(this.person, event);
    const order = event.order?.externalId ?? null;
    const view: EventView = {
      id: event.id,
      type: event.type,
      occurredAt: event.occurredAt,
      data: event.data as unknown as Json,
    };
    for (const run of this.runs) {
      if (!concerns({ ...view, orderId: order }, run)) continue;
      const decision = decide(this.plan, run.state, { type: 'event', event: view }, this.snapshot(run.orderId), now);
      this.note(run, event.type, now, decision);
    }
    if (event.type === this.plan.trigger.event) this.start(view, order, now);
  }

  ringUntil(now: Instant): void {
    for (;;) {
      const due = this.runs
        .filter(({ wakeAt }) => wakeAt !== null && wakeAt <= now)
        .toSorted((a, b) => (a.wakeAt ?? 0) - (b.wakeAt ?? 0))[0];
      if (!due || due.wakeAt === null) return;
      const dueAt = due.wakeAt;
      due.wakeAt = null;
      this.clock = Math.max(this.clock, dueAt);
      const decision = decide(this.plan, due.state, { type: 'woke', dueAt }, this.snapshot(due.orderId), this.clock);
      this.note(due, 'woke', this.clock, decision);
    }
  }

  private start(event: EventView, order: string | null, now: Instant): void {
    const result = enter(this.plan, event, this.snapshot(order), now);
    if (!result.entered || this.runs.some((run) => run.key === result.entryKey && this.keepsOut(run))) return;
    const run: PlayedRun = { key: result.entryKey, orderId: order, state: result.decision.run, wakeAt: null };
    this.runs.push(run);
    this.note(run, 'entered', now, result.decision);
  }

  private keepsOut({ state }: PlayedRun): boolean {
    return this.plan.document.entry.reentry === 'never' || state.status === 'waiting';
  }

  private note(run: PlayedRun, told: string, now: Instant, decision: Decision): void {
    run.state = decision.run;
    if (decision.run.status !== 'waiting') run.wakeAt = null;
    for (const effect of decision.effects) if (effect.type === 'wake') run.wakeAt = effect.at;
    if (decision.journal.length > 0) this.played.push({ now: toIso(now), run: run.key, told, decision });
  }

  private snapshot(order: string | null): FactsSnapshot {
    const { shopZone = 'Europe/Paris', customerZone = null, customerId = 'customer' } = this.scenario;
    const { customer, orders } = this.person;
    const shop = { id: 'shop', name: 'Birch & Bowl', timeZone: shopZone, currency: 'EUR', locale: 'en' };
    const inZone = { orders, customer: { ...customer, timeZone: customerZone } };
    return snapshotOf(inZone, { shop, customerId, orderId: order });
  }
}
