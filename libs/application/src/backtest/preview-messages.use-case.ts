import { Injectable } from '@nestjs/common';
import {
  type Json,
  type Medium,
  type MessageClass,
  PermanentError,
  type PlannedStep,
  type TemplateDocument,
} from '#app/domain';
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
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { Shops } from '../shops/shops.repository.js';
import { LookUpSnippets } from '../snippets/look-up-snippets.js';
import type { SnippetBook } from '../snippets/snippet-book.js';
import { BacktestHistory } from './backtest-history.port.js';
import { PreviewFacts, type PreviewSubject, type Variables } from './preview-facts.js';

/** By which a text is likely to cost something. */
interface Prices {
  readonly texts: TextSettings;
  readonly currency: string;
}

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
  readonly class: MessageClass;
  readonly messages: readonly PreviewedMessage[];
}

interface Writing {
  readonly variables: Variables;
  readonly snippets: SnippetBook;
  readonly prices: Prices;
  readonly wanted: string | undefined;
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
    private readonly people: PreviewFacts,
    private readonly templates: TemplateEngine,
    private readonly shops: Shops,
    private readonly snippets: LookUpSnippets,
  ) {}

  /** @throws PermanentError `not_found` for a journey, version, step, sample, customer or order that isn't there */
  run(shopId: string, { key, version, step, locale, subject }: PreviewRequest): Promise<MessagePreview> {
    return this.unitOfWork.inShop(shopId, async (tx) => {
      const found = await this.history.findVersion(tx, key, version ?? null);
      const journey = found && (await this.plans.of(tx, [found.versionId])).get(found.versionId);
      if (!journey) throw new PermanentError('not_found', `There is no journey "${key}", or it has no such version.`);
      const variables = await this.people.of(tx, journey, subject);
      const [{ currency }, texts] = await Promise.all([this.facts.shop(tx), this.shops.texts(tx)]);
      const prices = { texts, currency };
      const steps = stepsOf(journey, step);
      const snippets = await this.snippets.run(
        tx,
        steps.flatMap(templatesOf).map(({ name }) => ({
          template: journey.version.templates[name],
          variables: () => variables,
        })),
      );
      const messages = steps.flatMap((planned) =>
        this.write(journey, planned, { variables, snippets, prices, wanted: locale }),
      );
      return { journey: key, version: journey.version.version, class: journey.plan.document.class, messages };
    });
  }

  private write(
    { version, plan }: JourneyInForce,
    planned: PlannedStep,
    { variables, snippets, prices, wanted }: Writing,
  ): PreviewedMessage[] {
    const { id, kind, settings } = planned;
    const links = linksOf(plan.document.class, kind.surveys?.(settings)[0]?.scale);
    return templatesOf(planned).map(({ name, channels }) => {
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
      const all = { ...snippets.fill(variables, locale), locale, links };
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

function templatesOf({ kind, settings }: PlannedStep) {
  return kind.templates?.(settings) ?? [];
}

function stepsOf({ plan }: JourneyInForce, wanted: string | undefined): PlannedStep[] {
  const steps = [...plan.steps.values()].filter(({ id }) => wanted === undefined || id === wanted);
  if (steps.length > 0) return steps;
  throw new PermanentError('not_found', `"${plan.document.key}" has no step "${wanted}".`);
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
