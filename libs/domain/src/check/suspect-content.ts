import type { TemplateDocument } from '../journey/document.js';
import type { JourneyPlan } from '../journey/plan.js';
import type { Suspicion } from './breaks.js';
import { reviewCalls } from './breaks.js';
import type { ExploredStory } from './explore.js';
import { type CheckInput, placeOf } from './finding.js';
import { playStory, sendsOf } from './play.js';
import { promotionIn, reviewCallIn } from './promotion-words.js';
import type { Story } from './story.js';
import { storyOf } from './world.js';

/** Every score of the scales that there are by themselves. */
const SCORES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
/** Stories whose scores are varied. */
const MAX_VARIED = 8;
const SCORE_ATTRIBUTE = /customer\.attributes\.(\w*(?:score|rating|nps|csat|ces))\b/gi;

/** Messages whose text asks for more consent than their class does. */
export function suspectClasses({ plan }: CheckInput, stories: readonly ExploredStory[]): Suspicion[] {
  const { document } = plan;
  if (document.class === 'marketing' || document.class === 'review') return [];
  const seen = new Set<string>();
  const sent = stories.flatMap((explored) => sendsOf(explored.run).map((send) => ({ send, world: explored.world })));
  return sent.flatMap(({ send, world }) => {
    if (seen.has(send.template)) return [];
    seen.add(send.template);
    const consent = document.class === 'service' ? 'opted_out' : 'none';
    const facts = { ...world.facts, 'customer.consents.email': consent, 'customer.consents.sms': consent };
    const story = storyOf(plan, { ...world, facts });
    const common = { story, witness: { step: send.step, template: send.template } };
    const outcome = `"${send.template}" goes to somebody who ${consent === 'none' ? 'never opted in' : 'opted out'}.`;
    const promotion = textIn(document.templates[send.template], promotionIn);
    const review = textIn(document.templates[send.template], reviewCallIn);
    const pointer = (place: string): string =>
      `/templates/${send.template.replaceAll('~', '~0').replaceAll('/', '~1')}/${place}`;
    const found: Suspicion[] = [];
    if (promotion)
      found.push({
        ...common,
        outcome,
        pointer: pointer(promotion.place),
        code: document.class === 'service' ? 'class.promotion-in-service' : 'class.too-lenient',
        severity: document.class === 'service' ? 'error' : 'warning',
        message: `"${promotion.words}" is promotion, and ${document.class} messages reach people who did not agree to it; make the class marketing, or take it out.`,
      });
    if (review)
      found.push({
        ...common,
        outcome,
        pointer: pointer(review.place),
        code: 'class.too-lenient',
        severity: 'warning',
        message: `"${review.words}" calls for a public review, and a ${document.class} message does so to people who did not agree; make the class review.`,
      });
    if (document.class === 'service' && send.survey)
      found.push({
        ...common,
        outcome,
        pointer: placeOf(plan, send.step),
        code: 'class.too-lenient',
        severity: 'warning',
        message: `"${send.step}" asks for a score in a service message, also those who opted out of surveys; make the class feedback.`,
      });
    return found;
  });
}

/** Whether somebody is called for a review must not depend on a score: the same story is played with every score. */
export function suspectGates(input: CheckInput, stories: readonly ExploredStory[]): Suspicion[] {
  const { plan } = input;
  if (!callsForReviews(plan)) return [];
  const sources = [...plan.expressions.keys()].join('\n');
  const attributes = new Set([...sources.matchAll(SCORE_ATTRIBUTE)].map(([, name = '']) => name));
  for (const explored of stories.slice(0, MAX_VARIED)) {
    const gate = gateIn([...withScoresTold(explored), ...withScoresKnown(input, explored, attributes)], input);
    if (gate) return [gateSuspicion(input, gate)];
  }
  return [];
}

/** Whether anything in the journey could call for a review, or begin a journey that does. */
function callsForReviews({ document, steps }: JourneyPlan): boolean {
  const starts = [...steps.values()].some(({ kind, settings }) => (kind.journeys?.(settings).length ?? 0) > 0);
  const texts = Object.values(document.templates);
  return document.class === 'review' || starts || texts.some((locales) => textIn(locales, reviewCallIn) !== undefined);
}

type Variants = readonly Story[];

function gateIn(families: readonly Variants[], input: CheckInput): { story: Story; against: Story } | undefined {
  for (const family of families) {
    const calls = family.map((story) => ({ story, calls: reviewCalls(playStory([input.plan], story), input) }));
    const most = calls.find((one) => one.calls !== '');
    const other = most && calls.find((one) => one.calls !== most.calls);
    if (most && other) return { story: other.story, against: most.story };
  }
  return undefined;
}

function withScoresTold({ story }: ExploredStory): readonly Variants[] {
  return story.events.flatMap((event, index) => {
    const field = event.type === 'survey.answered' ? 'score' : event.type === 'review.submitted' ? 'rating' : null;
    if (field === null) return [];
    const withScore = (score: number): Story => ({
      ...story,
      events: story.events.map((one, at) => (at === index ? { ...one, data: { ...one.data, [field]: score } } : one)),
    });
    return [SCORES.map(withScore)];
  });
}

function withScoresKnown(
  { plan }: CheckInput,
  { world }: ExploredStory,
  attributes: ReadonlySet<string>,
): readonly Variants[] {
  return [...attributes].map((name) =>
    SCORES.map((score) =>
      storyOf(plan, { ...world, facts: { ...world.facts, [`customer.attributes.${name}`]: score } }),
    ),
  );
}

function gateSuspicion({ plan }: CheckInput, { story, against }: { story: Story; against: Story }): Suspicion {
  const gate = [...plan.steps.values()].find(({ kind, settings }) =>
    kind.expressions?.(settings).some(({ source }) => /score|rating|nps|csat|ces\b/i.test(source)),
  );
  const isAudience = /score|rating|nps|csat/i.test(plan.audience ?? '');
  return {
    pointer: gate ? placeOf(plan, gate.id) : isAudience ? '/audience' : '/trigger',
    code: 'review.gated',
    severity: 'error',
    message: 'Whether somebody is asked for a review depends on the score they gave; ask everybody, or nobody.',
    outcome: 'With another score the same person is asked for a review, and here not, or elsewhere.',
    story,
    against,
    witness: {},
  };
}

function textIn(
  locales: Readonly<Record<string, TemplateDocument>> | undefined,
  find: (text: string) => string | null,
): { readonly place: string; readonly words: string } | undefined {
  for (const [locale, template] of Object.entries(locales ?? {}))
    for (const [field, text] of Object.entries(template)) {
      const words = typeof text === 'string' ? find(text) : null;
      if (words !== null) return { place: `${locale}/${field}`, words };
    }
  return undefined;
}
