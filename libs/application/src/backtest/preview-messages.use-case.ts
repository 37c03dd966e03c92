import { Injectable } from '@nestjs/common';
import {
  eventOfTrigger,
  factsView,
  type Json,
  type Medium,
  type MessageClass,
  PermanentError,
  type PlannedStep,
  type ShopFacts,
  shopView,
  type TemplateDocument,
  toIso,
} from '#app/domain';
import { AuditTrail } from '../access/audit-trail.port.js';
import { chooseLocale } from '../delivery/choose-locale.js';
import { type PricedText, pricedText, type TextSettings } from '../delivery/text-settings.js';
import {
  type ApprovedContent,
  type CompiledTemplate,
  TemplateEngine,
  type TemplateGap,
} from '../delivery/template-engine.port.js';
import { FactsReader } from '../facts/facts.repository.js';
import { flawsOfMessage } from '../journeys/manage/rendered-flaws.js';
import { type JourneyInForce, JourneyPlans } from '../journeys/runtime/journey-plans.js';
import { ClockPort } from '../ports/clock.port.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import { Shops } from '../shops/shops.repository.js';
import { ReadSamples, type Sample } from '../presets/read-samples.use-case.js';
import { BacktestHistory } from './backtest-history.port.js';

type Variables = Readonly<Record<string, Json>>;

/** By which a text is likely to cost something. */
interface Prices {
  readonly texts: TextSettings;
  readonly currency: string;
}

/**
 * Whose facts the messages are written with: those of a sample, or of a customer, by our id or an address of theirs, with an order
 * (the sender's id), or of whom the order belongs to.
 */
export type PreviewSubject =
  | { readonly sample: string }
  | { readonly customer: string; readonly order?: string | undefined }
  | { readonly email: string; readonly order?: string | undefined }
  | { readonly order: string };

export interface PreviewRequest {
  readonly key: string;
  /** The latest version when left out, published or not. */
  readonly version?: number | undefined;
  /** All steps that send when left out. */
  readonly step?: string | undefined;
  /** The person's language when left out. */
  readonly locale?: string | undefined;
  readonly subject: PreviewSubject;
}

/** What the channels of a step would carry; null is what the template doesn't have. */
export interface PreviewedMessage {
  readonly step: string;
  readonly template: string;
  readonly channels: readonly Medium[];
  readonly locale: string | null;
  readonly subject: string | null;
  readonly text: string | null;
  readonly html: string | null;
  readonly sms: string | null;
  readonly whatsapp: string | null;
  /** Of what `whatsapp` is made where its words are approved. */
  readonly approved: ApprovedContent | null;
  /** Why it can't be written. */
  readonly problem: string | null;
  /** How networks would carry the text message, and what it is likely to cost at the number of this person. */
  readonly smsParts: PricedText | null;
  /** Of the HTML part. */
  readonly htmlBytes: number | null;
  /** Facts that aren't known of this person, with what stands there instead. */
  readonly gaps: readonly TemplateGap[];
  /** What the checker would say of a message that is written so. */
  readonly warnings: readonly { readonly code: string; readonly place: string | null; readonly message: string }[];
}

export interface MessagePreview {
  readonly journey: string;
  readonly version: number;
  readonly messages: readonly PreviewedMessage[];
}

/**
 * Writes the messages of a journey as a person would get them, whether or not they would come to the steps. Nothing is stored but who
 * looked at whose.
 */
@Injectable()
export class PreviewMessages {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly history: BacktestHistory,
    private readonly plans: JourneyPlans,
    private readonly facts: FactsReader,
    private readonly samples: ReadSamples,
    private readonly templates: TemplateEngine,
    private readonly clock: ClockPort,
    private readonly audit: AuditTrail,
    private readonly shops: Shops,
  ) {}

  /** @throws PermanentError `not_found` for a journey, version, step, sample, customer or order that isn't there */
  run(shopId: string, { key, version, step, locale, subject }: PreviewRequest): Promise<MessagePreview> {
    return this.unitOfWork.inShop(shopId, async (tx) => {
      const found = await this.history.findVersion(tx, key, version ?? null);
      const journey = found && (await this.plans.of(tx, [found.versionId])).get(found.versionId);
      if (!journey) throw new PermanentError('not_found', `There is no journey "${key}", or it has no such version.`);
      const variables = await this.variables(tx, journey, subject);
      const [{ currency }, texts] = await Promise.all([this.facts.shop(tx), this.shops.texts(tx)]);
      const prices = { texts, currency };
      const messages = stepsOf(journey, step).flatMap((planned) =>
        this.write(journey, planned, { variables, prices, wanted: locale }),
      );
      return { journey: key, version: journey.version.version, messages };
    });
  }

  private async variables(tx: Transaction, journey: JourneyInForce, subject: PreviewSubject): Promise<Variables> {
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

  private write(
    { version, plan }: JourneyInForce,
    { id, kind, settings }: PlannedStep,
    {
      variables,
      prices,
      wanted,
    }: { readonly variables: Variables; readonly prices: Prices; readonly wanted: string | undefined },
  ): PreviewedMessage[] {
    const links = linksOf(plan.document.class, kind.surveys?.(settings)[0]?.scale);
    return (kind.templates?.(settings) ?? []).map(({ name, channels }) => {
      const byLocale = version.templates[name] ?? {};
      const locale = chooseLocale(Object.keys(byLocale), [
        wanted,
        localeOf(variables['customer']),
        localeOf(variables['shop']),
      ]);
      const about = { step: id, template: name, channels, locale: locale ?? null };
      const template = locale === undefined ? undefined : byLocale[locale];
      if (locale === undefined || !template)
        return { ...about, ...NOTHING, problem: `There is no template "${name}".` };
      const all = { ...variables, locale, links };
      // as its author wrote it, for the placeholders
      const source = plan.document.templates[name]?.[locale] ?? {};
      try {
        return { ...about, ...this.render(template, source, all, prices), problem: null };
      } catch (error) {
        return { ...about, ...NOTHING, problem: error instanceof Error ? error.message : String(error) };
      }
    });
  }

  private render(template: CompiledTemplate, source: TemplateDocument, variables: Variables, prices: Prices) {
    const rendered = this.templates.render(template, variables);
    const { html, sms } = rendered;
    return {
      ...rendered,
      smsParts: sms === null ? null : pricedText(prices.texts, sms, phoneOf(variables['customer']), prices.currency),
      htmlBytes: html === null ? null : Buffer.byteLength(html),
      gaps: this.templates.gaps(source, variables),
      warnings: flawsOfMessage(rendered).map(({ code, place, message }) => ({ code, place, message })),
    };
  }
}

const NOTHING = {
  subject: null,
  text: null,
  html: null,
  sms: null,
  whatsapp: null,
  approved: null,
  smsParts: null,
  htmlBytes: null,
  gaps: [],
  warnings: [],
};

function stepsOf({ plan }: JourneyInForce, wanted: string | undefined): PlannedStep[] {
  const steps = [...plan.steps.values()].filter(({ id }) => wanted === undefined || id === wanted);
  if (steps.length > 0) return steps;
  throw new PermanentError('not_found', `"${plan.document.key}" has no step "${wanted}".`);
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

function phoneOf(person: Json | undefined): string | null {
  const isKnown = typeof person === 'object' && person !== null && 'phone' in person;
  return isKnown && typeof person.phone === 'string' ? person.phone : null;
}

function localeOf(person: Json | undefined): string | null {
  const isKnown = typeof person === 'object' && person !== null && 'locale' in person;
  return isKnown && typeof person.locale === 'string' ? person.locale : null;
}

/** They lead nowhere. As in real messages, those of the class `service` have none to unsubscribe. */
function linksOf(
  messageClass: MessageClass,
  scale: { readonly min: number; readonly max: number } = { min: 0, max: 10 },
): Json {
  const url = (path: string): string => `https://preview.example/${path}`;
  const count = scale.max - scale.min + 1;
  const scores = Array.from({ length: count }, (_, index) => scale.min + index);
  return {
    survey: url('survey'),
    ...(messageClass === 'service'
      ? { confirm: url('confirm') }
      : { unsubscribe: url('unsubscribe'), preferences: url('preferences') }),
    scores: scores.map((score) => ({ score, url: url(`survey/${score}`) })),
  };
}
