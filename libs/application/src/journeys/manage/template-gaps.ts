import {
  breaksRule,
  type CheckInput,
  type EventView,
  type ExploredStory,
  type FactsSnapshot,
  factsView,
  type Finding,
  type Json,
  playStory,
  type Story,
  type TemplateDocument,
} from '#app/domain';
import type { TemplateEngine } from '../../delivery/template-engine.port.js';

/** Facts that senders may leave out: where they stand in the data of events, and the word by which templates name them. */
const MAYBE_UNKNOWN: readonly { readonly field: string; readonly word: string }[] = [
  ...['firstName', 'lastName', 'locale', 'country', 'timeZone'].map((name) => ({
    field: `profile.${name}`,
    word: name,
  })),
  ...['name', 'total', 'promisedDate', 'statusUrl', 'lines'].map((name) => ({ field: name, word: name })),
  ...['url', 'imageUrl', 'price', 'sku', 'productId'].map((name) => ({ field: `lines.${name}`, word: name })),
  ...['carrier', 'trackingNumber', 'trackingUrl', 'estimatedDeliveryAt'].map((name) => ({ field: name, word: name })),
  ...['comment', 'title', 'text', 'reason', 'amount', 'topic', 'group'].map((name) => ({ field: name, word: name })),
];
/** Stories whose messages are rendered. */
const MAX_STORIES = 4;
/** As in messages that go out; they lead nowhere. */
export const LINKS = {
  survey: 'https://shop.example/s',
  unsubscribe: 'https://shop.example/u',
  preferences: 'https://shop.example/p',
  confirm: 'https://shop.example/c',
  scores: [{ score: 1, url: 'https://shop.example/s/1' }],
};

export interface SentWith {
  readonly step: string;
  readonly template: string;
  readonly variables: { readonly [name: string]: Json };
}

/** Templates that print nothing where a fact is unknown: each story is told again without it, and what it sends is rendered. */
export function templateGaps(
  input: CheckInput,
  stories: readonly ExploredStory[],
  engine: TemplateEngine,
): readonly Finding[] {
  const search = new GapSearch(input, engine);
  for (const { story } of stories.slice(0, MAX_STORIES)) search.tell(story);
  return search.findings.filter((finding) => breaksRule(finding, input));
}

class GapSearch {
  private readonly found = new Map<string, Finding>();
  private readonly rendered = new Set<string>();
  private readonly unset = new Map<SentWith, Map<string, ReadonlySet<string>>>();

  constructor(
    private readonly input: CheckInput,
    private readonly engine: TemplateEngine,
  ) {}

  get findings(): readonly Finding[] {
    return [...this.found.values()];
  }

  tell(story: Story): void {
    const full = sentIn(this.input, story);
    const words = JSON.stringify(story);
    for (const { field, word } of MAYBE_UNKNOWN) {
      if (!words.includes(`"${word}"`) || !full.some(({ template }) => this.isOpen(template, field, word))) continue;
      const told = without(story, field.split('.'));
      for (const sent of sentIn(this.input, told)) {
        if (!this.isOpen(sent.template, field, word)) continue;
        this.rendered.add(`${sent.template} ${field}`);
        const before = full.find(({ step, template }) => step === sent.step && template === sent.template);
        for (const finding of this.gapsOf(sent, before, told, word))
          this.found.set(finding.pointer + finding.message, finding);
      }
    }
  }

  /** A template that names the field and wasn't rendered without it yet. */
  private isOpen(template: string, field: string, word: string): boolean {
    const texts = JSON.stringify(this.input.plan.document.templates[template] ?? {});
    return !this.rendered.has(`${template} ${field}`) && texts.includes(word);
  }

  private gapsOf(sent: SentWith, before: SentWith | undefined, story: Story, word: string): Finding[] {
    return Object.entries(this.input.plan.document.templates[sent.template] ?? {}).flatMap(([locale, source]) => {
      const unset = before ? this.gapsBefore(before, locale, source) : new Set();
      return this.engine
        .gaps(source, sent.variables)
        .filter(({ place, placeholder, fallback }) => fallback === null && !unset.has(place + placeholder))
        .map(({ place, placeholder }) => ({
          pointer: ['/templates', sent.template, locale, place].join('/'),
          code: 'template.no-fallback' as const,
          severity: 'warning' as const,
          message: `${placeholder} prints nothing where ${word} is unknown; write | default: "…", or an if around it.`,
          outcome: `"${sent.template}" is sent with nothing in place of ${placeholder}.`,
          story,
          witness: { step: sent.step, template: sent.template },
        }));
    });
  }

  /** What prints nothing although all is known, such as a link that the shop has not set. */
  private gapsBefore(before: SentWith, locale: string, source: TemplateDocument): ReadonlySet<string> {
    const byLocale = this.unset.get(before) ?? new Map<string, ReadonlySet<string>>();
    this.unset.set(before, byLocale);
    const gaps =
      byLocale.get(locale) ??
      new Set(this.engine.gaps(source, before.variables).map(({ place, placeholder }) => place + placeholder));
    byLocale.set(locale, gaps);
    return gaps;
  }
}

/** What a story sends, with what its templates read. */
export function sentIn({ plan }: CheckInput, story: Story): readonly SentWith[] {
  return playStory([plan], story).runs.flatMap(({ lived, state }) =>
    lived.flatMap(({ decision, snapshot, input }) =>
      decision.effects.flatMap((effect) => {
        if (effect.type !== 'send' || effect.isHeldOut === true) return [];
        const event = input.type === 'woke' ? state.entry : input.event;
        const variables = variablesOf(snapshot, event, plan.document.settings);
        return [{ step: effect.step, template: effect.template, variables }];
      }),
    ),
  );
}

function variablesOf(
  snapshot: FactsSnapshot,
  event: EventView,
  settings: Readonly<Record<string, Json>>,
): { readonly [name: string]: Json } {
  return {
    ...factsView(snapshot),
    event: { ...event },
    settings,
    locale: 'en',
    now: event.occurredAt,
    links: LINKS,
  };
}

/** The same story with a field missing in every event. */
function without(story: Story, path: readonly string[]): Story {
  return { ...story, events: story.events.map((event) => ({ ...event, data: stripped(event.data, path) as never })) };
}

function stripped(value: Json, [head = '', ...rest]: readonly string[]): Json {
  if (Array.isArray(value)) return value.map((item) => stripped(item as Json, [head, ...rest]));
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, head)) return value;
  const { [head]: inner = null, ...others } = value as Readonly<Record<string, Json>>;
  return rest.length === 0 ? others : { ...others, [head]: stripped(inner, rest) };
}
