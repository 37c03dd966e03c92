import { Injectable } from '@nestjs/common';
import { eventOfTrigger, factsView, type Json, PermanentError, type ShopFacts, shopView, toIso } from '#app/domain';
import { AuditTrail } from '../access/audit-trail.port.js';
import { FactsReader } from '../facts/facts.repository.js';
import type { JourneyInForce } from '../journeys/runtime/journey-plans.js';
import { ClockPort } from '../ports/clock.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import { ReadSamples, type Sample } from '../presets/read-samples.use-case.js';
import { BacktestHistory } from './backtest-history.port.js';

export type Variables = Readonly<Record<string, Json>>;

/**
 * Whose facts the messages are written with: those of a sample, or of a customer, by our id or an address of theirs, with an order
 * (the sender's id), or of whom the order belongs to.
 */
export type PreviewSubject =
  | { readonly sample: string }
  | { readonly customer: string; readonly order?: string | undefined }
  | { readonly email: string; readonly order?: string | undefined }
  | { readonly order: string };

/** What the templates of a previewed message read. */
@Injectable()
export class PreviewFacts {
  constructor(
    private readonly history: BacktestHistory,
    private readonly facts: FactsReader,
    private readonly samples: ReadSamples,
    private readonly clock: ClockPort,
    private readonly audit: AuditTrail,
  ) {}

  /** @throws PermanentError `not_found` for a sample, customer or order that isn't there */
  async of(tx: Transaction, journey: JourneyInForce, subject: PreviewSubject): Promise<Variables> {
    const { settings } = journey.plan.document;
    const [shop, now] = await Promise.all([this.facts.shop(tx), this.clock.now(tx)]);
    const common = { shop: shopView({ shop }), now: toIso(now), settings };
    if ('sample' in subject) return { ...common, ...(await this.ofSample(journey, subject.sample, common.now)) };
    return { ...common, ...(await this.ofCustomer(tx, shop, journey, subject, common.now)) };
  }

  private async ofSample({ plan: { document } }: JourneyInForce, name: string, now: string): Promise<Variables> {
    const { event, settings, facts } = await this.sample(document.key, name);
    const { type, data } = event ?? { type: eventOfTrigger(document.trigger), data: {} };
    return {
      ...facts,
      event: { id: 'sample', occurredAt: now, type, data },
      settings: { ...document.settings, ...filled(settings, document.settings) },
    };
  }

  private async ofCustomer(
    tx: Transaction,
    shop: ShopFacts,
    { plan: { document } }: JourneyInForce,
    subject: Exclude<PreviewSubject, { readonly sample: string }>,
    now: string,
  ): Promise<Variables> {
    const { order = null } = subject;
    const customer = 'customer' in subject ? subject.customer : await this.history.findPerson(tx, subject);
    const person = customer === null ? null : await this.history.findSubject(tx, customer, order);
    const [snapshot] = person ? await this.facts.snapshots(tx, shop, [person]) : [];
    if (!person || !snapshot)
      throw new PermanentError('not_found', 'This shop has no such customer, or they have no such order.');
    const note = { action: 'preview', subject: 'customer', subjectId: person.customerId };
    await this.audit.note(tx, { ...note, changes: { journey: document.key } });
    const type = eventOfTrigger(document.trigger);
    const last = await this.history.lastEvent(tx, type, person.customerId, order);
    const { id, occurredAt, data } = last?.event ?? { id: 'none', occurredAt: now, data: {} };
    return { ...factsView(snapshot), event: { id, type, occurredAt, data: data as Json } };
  }

  private async sample(key: string, name: string): Promise<Sample> {
    const all = await this.samples.all(key);
    const sample = all.find((one) => one.name === name);
    if (sample) return sample;
    const names = all.map((one) => one.name).join(', ');
    throw new PermanentError('not_found', `There is no sample "${name}"; there are ${names}.`);
  }
}

/** Values of a sample for settings that the journey has and the shop left empty, within a setting too. */
function filled(sample: Variables, own: Variables): Variables {
  const names = Object.keys(own).filter((name) => Object.hasOwn(sample, name));
  return Object.fromEntries(names.map((name) => [name, filledValue(sample[name] ?? null, own[name] ?? null)]));
}

function filledValue(sample: Json, own: Json): Json {
  if (own === null || own === '' || (Array.isArray(own) && own.length === 0)) return sample;
  return isObject(sample) && isObject(own) ? { ...own, ...filled(sample, own) } : own;
}

function isObject(value: Json): value is Variables {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
