import {
  applyEvent,
  compileJourney,
  type CustomerRef,
  type DomainEvent,
  type FactsSnapshot,
  type Instant,
  type IsoInstant,
  type JourneyDocument,
  type JourneyPlan,
  type Medium,
  type MessageClass,
  NOBODY,
  type PersonFacts,
  type ShopFacts,
  snapshotOf,
  toInstant,
  toIso,
} from '#app/domain';
import { stepKinds } from '#app/steps';
import { JourneyRehearsal, type RehearsedMessage } from '../backtest/journey-rehearsal.js';
import type { JourneyInForce } from '../journeys/runtime/journey-plans.js';
import type { JourneyScenario, ReadScenario, ScenarioStep } from './read-scenario.js';
import { type KnownInScenario, nextOpening } from './scenario-openings.js';

/** What a journey does in a scenario that says nothing of its end: timers ring for so long after the last event. */
const LONGEST_MS = 400 * 86_400_000;

export interface ScenarioMessage {
  readonly at: IsoInstant;
  readonly step: string;
  readonly template: string;
  readonly channel: Medium;
  readonly class: MessageClass;
  /** E-mail address, phone number or external id. */
  readonly customer: string;
}

export interface KeptBackMessage extends ScenarioMessage {
  /** `held-out`, or why nobody may be written to. */
  readonly reason: string;
}

export interface ScenarioOutcome {
  /** Lines that a reader compares; empty when everything came as expected. */
  readonly differences: readonly string[];
  readonly messages: readonly ScenarioMessage[];
  readonly keptBack: readonly KeptBackMessage[];
}

/** Plays events through a journey in virtual time and compares what it sends with what was expected. Touches no database. */
export function playScenario({ scenario, steps }: ReadScenario, document: JourneyDocument): ScenarioOutcome {
  const compiled = compileJourney({ ...document, settings: { ...document.settings, ...scenario.settings } }, stepKinds);
  if ('faults' in compiled) {
    const differences = compiled.faults.map(
      ({ pointer, message }) => `the journey is faulty at ${pointer}: ${message}`,
    );
    return { differences, messages: [], keptBack: [] };
  }
  const { plan } = compiled;
  const version = {
    id: 'version',
    journeyId: 'journey',
    key: document.key,
    version: 1,
    document: plan.document,
    templates: {},
  };
  const said = new Stage(shopOf(scenario), { version, plan }).play(steps, scenario.until);
  const messages = said.filter(({ reason }) => reason === null).map(withoutReason);
  const keptBack = said.flatMap((message) => (message.reason === null ? [] : [{ ...message, reason: message.reason }]));
  const unexpected = compare(scenario.expect.map(normal), messages, keptBack);
  const kept = scenario.keptBack ? compare(scenario.keptBack, keptBack, []) : [];
  return { differences: [...unexpected, ...kept.map((line) => `kept back: ${line}`)], messages, keptBack };
}

class Stage {
  private readonly said: (ScenarioMessage & { readonly reason: string | null })[] = [];
  private readonly people: PersonFacts[] = [];
  private readonly rehearsal: JourneyRehearsal;
  private readonly plan: JourneyPlan;

  constructor(
    private readonly shop: ShopFacts,
    journey: JourneyInForce,
  ) {
    this.plan = journey.plan;
    const facts = { snapshot: this.snapshot.bind(this), suppression: () => undefined };
    this.rehearsal = new JourneyRehearsal(journey, facts, {
      onDecision: () => undefined,
      onMessage: (message) => this.said.push(lineOf(message)),
    });
  }

  play(steps: readonly ScenarioStep[], until: string | undefined) {
    const inOrder = steps.toSorted((a, b) => toInstant(a.receivedAt) - toInstant(b.receivedAt));
    let last = -Infinity;
    for (const { event: told, receivedAt } of inOrder) {
      const now = toInstant(receivedAt);
      const end = until === undefined ? Infinity : toInstant(until);
      if (now > end) break;
      this.liveUntil(last, now);
      last = now;
      const event = { ...told, receivedAt: toIso(now) } as DomainEvent;
      const customerId = this.learn(event);
      const orderId = event.order?.externalId ?? null;
      this.rehearsal.hear({ event, customerId, orderId, snapshot: this.snapshot(customerId, orderId) }, now);
    }
    this.liveUntil(last, until === undefined ? last + LONGEST_MS : toInstant(until));
    return this.said;
  }

  /** Timers ring, and whoever enters by a date or a schedule does so in between. */
  private liveUntil(from: Instant, end: Instant): void {
    if (Number.isFinite(from))
      for (let at = from; ;) {
        const opening = nextOpening(this.plan, this.shop, this.known(), at);
        if (!opening || opening.at > end) break;
        at = opening.at;
        this.rehearsal.ringUntil(at);
        for (const event of opening.events) this.rehearsal.hear(event, at);
      }
    this.rehearsal.ringUntil(end);
  }

  private known(): KnownInScenario[] {
    return this.people.flatMap(({ orders }, index) => {
      const customerId = String(index);
      return [null, ...Object.keys(orders)].map((orderId) => {
        return { customerId, orderId, snapshot: this.snapshot(customerId, orderId) };
      });
    });
  }

  private learn(event: DomainEvent): string {
    const found = this.people.findIndex((person) => isSame(person, event.customer));
    const index = found < 0 ? this.people.length : found;
    this.people[index] = applyEvent(this.people[index] ?? NOBODY, event);
    return String(index);
  }

  private snapshot(customerId: string, orderId: string | null): FactsSnapshot {
    return snapshotOf(this.people[Number(customerId)] ?? NOBODY, { shop: this.shop, customerId, orderId });
  }
}

function isSame({ customer }: PersonFacts, named: CustomerRef | undefined): boolean {
  if (!named) return false;
  const { email, phone, externalId } = named;
  return (
    (email !== undefined && customer.email === email) ||
    (phone !== undefined && customer.phone === phone) ||
    (externalId !== undefined && customer.externalIds.includes(externalId))
  );
}

function shopOf({ given }: JourneyScenario): ShopFacts {
  const { name = 'Shop', timeZone = 'UTC', currency = 'EUR', locale = 'en' } = given?.shop ?? {};
  return { id: 'shop', name, timeZone, currency, locale };
}

function lineOf({ send: { effect, snapshot }, medium, reason, at }: RehearsedMessage) {
  const { email, phone, externalIds } = snapshot.customer;
  return {
    at: toIso(at),
    step: effect.step,
    template: effect.template,
    channel: medium,
    class: effect.class,
    customer: email ?? phone ?? externalIds[0] ?? '',
    reason: reason ?? (effect.isHeldOut === true ? 'held-out' : null),
  };
}

function withoutReason({
  reason: _reason,
  ...message
}: ScenarioMessage & { readonly reason: unknown }): ScenarioMessage {
  return message;
}

function normal(expected: JourneyScenario['expect'][number]) {
  return expected.at === undefined ? expected : { ...expected, at: toIso(toInstant(expected.at)) };
}

/** One line per message that is missing, different or too many; both sides are in order of time. */
function compare(
  expected: readonly Readonly<Record<string, string | undefined>>[],
  actual: readonly ScenarioMessage[],
  keptBack: readonly KeptBackMessage[],
): string[] {
  const lines: string[] = [];
  for (let index = 0; index < Math.max(expected.length, actual.length); index += 1) {
    const [wanted, got] = [expected[index], actual[index]];
    if (!wanted && got) lines.push(`+ ${show({ ...got })}   was not expected`);
    if (wanted && !got) lines.push(`- ${show(wanted)}   did not come${whyOf(wanted, keptBack)}`);
    if (wanted && got && !agrees(wanted, { ...got })) {
      const shown = Object.fromEntries(
        Object.keys(wanted).map((name) => [name, { ...got }[name as keyof ScenarioMessage]]),
      );
      lines.push(`- ${show(wanted)}`, `+ ${show(shown)}`);
    }
  }
  return lines;
}

function agrees(wanted: Readonly<Record<string, unknown>>, got: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(wanted).every(([name, value]) => value === undefined || got[name] === value);
}

function whyOf({ step }: Readonly<Record<string, string | undefined>>, keptBack: readonly KeptBackMessage[]): string {
  const kept = keptBack.find((message) => message.step === step);
  return kept ? `: kept back at ${kept.at} (${kept.reason})` : '';
}

function show(fields: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
