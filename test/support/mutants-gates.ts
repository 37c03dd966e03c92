import type { FindingCode, JourneyDocument, StepDocument } from '#app/domain';
import { type Mutant, type Mutate, sends, whenOf, withStep, withSteps } from './mutation.js';

const EXPECTS: readonly FindingCode[] = ['review.gated'];
const FACTS = ['customer.attributes.lastScore >= 9', 'customer.attributes.nps > 8', 'customer.attributes.rating == 5'];

const firstOf = ({ steps }: JourneyDocument): string => steps[0]?.id ?? 'end';
const branch = (document: JourneyDocument, source: string): StepDocument => ({
  id: 'gate',
  kind: 'branch',
  settings: { cases: [{ when: source, goto: firstOf(document) }], otherwise: 'end' },
});
const answered = (document: JourneyDocument, where: string): StepDocument => ({
  id: 'gate',
  kind: 'wait-for',
  // oxlint-disable-next-line unicorn/no-thenable -- the word of the document; settings are never awaited
  settings: { events: ['survey.answered'], where, timeout: 'P30D', then: firstOf(document), otherwise: 'end' },
});

/** By what is known of a person from before. */
const byFacts = (document: JourneyDocument): Mutant[] =>
  FACTS.flatMap((source) => {
    const when = whenOf(document);
    const audience = (condition: string): JourneyDocument => ({ ...document, audience: `${when} && ${condition}` });
    return [
      { name: `branch on ${source}`, document: withSteps(document, 0, branch(document, source)), expects: EXPECTS },
      { name: `audience and ${source}`, document: audience(source), expects: EXPECTS },
      { name: `audience not ${source}`, document: audience(`!(${source})`), expects: EXPECTS },
    ];
  });

/** By what a person answers on the way. */
const byAnswers = (document: JourneyDocument): Mutant[] => [
  ...['event.data.score >= 9', 'event.data.score > 3 && event.data.survey == "x"'].map((where) => ({
    name: `after an answer where ${where}`,
    document: withSteps(document, 0, answered(document, where)),
    expects: EXPECTS,
  })),
  {
    name: 'exit on a low score',
    document: {
      ...document,
      exitOn: [...document.exitOn, { event: 'survey.answered' as const, where: 'event.data.score <= 6' }],
    },
    expects: EXPECTS,
  },
  {
    name: 'started by a good answer',
    document: { ...document, trigger: { event: 'survey.answered' as const, where: 'event.data.score >= 9' } },
    expects: EXPECTS,
  },
];

const bySend = (document: JourneyDocument): Mutant[] =>
  document.steps.flatMap((step, index) => {
    if (!sends(step)) return [];
    const settings = { ...step.settings, when: 'customer.attributes.csatScore >= 4' };
    return [
      {
        name: `${step.id} for good scores`,
        document: withStep(document, index, { ...step, settings }),
        expects: EXPECTS,
      },
    ];
  });

/** Calls for reviews that only some get, by what they think of the shop. */
export const gates: Mutate = (document) =>
  document.class === 'review' ? [...byFacts(document), ...byAnswers(document), ...bySend(document)] : [];
