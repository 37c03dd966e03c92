import { defineStepKind, type SurveyDefinition, type SurveyScale } from '#app/domain';
import { z } from 'zod';
import { planMessage } from '../plan-message.js';
import { channels, expression, templateName, usefulFor } from '../settings-parts.js';

/** The scale that each metric has when the survey names none. */
const DEFAULT_SCALES: Readonly<Record<SurveyDefinition['metric'], SurveyScale>> = {
  nps: { min: 0, max: 10, polarity: 'higher-better', topK: 2 },
  csat: { min: 1, max: 5, polarity: 'higher-better', topK: 2 },
  ces: { min: 1, max: 7, polarity: 'higher-better', topK: 3 },
};
/** Score links stand side by side in a mail; more of them don't fit. */
const MAX_SCORES = 11;

const scale = z
  .strictObject({
    min: z.int().min(0).describe('Lowest score.'),
    max: z.int().max(100).describe('Highest score.'),
    polarity: z.enum(['higher-better', 'lower-better']).describe('Which end is the good one.'),
    topK: z.int().min(1).describe('How many of the best scores count as satisfied.'),
  })
  .refine(({ min, max }) => max > min && max - min < MAX_SCORES, {
    error: `A scale has 2 to ${MAX_SCORES} scores, min below max`,
  })
  .refine(({ min, max, topK }) => topK <= max - min, {
    error: 'topK must leave at least one score that is not satisfied',
    path: ['topK'],
  })
  .describe('The scale; stored with every answer.');

const locale = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, { error: 'Write a language tag such as en or fr-CA' });
const text = z.string().min(1).max(300);

const survey = z
  .strictObject({
    key: z
      .string()
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { error: 'Write lower-case letters, digits and hyphens, e.g. delivery-csat' })
      .max(64)
      .describe('Name under which answers are counted; keep it when the wording changes.'),
    metric: z.enum(['nps', 'csat', 'ces']).describe('Which score the answers feed.'),
    scale: scale.optional(),
    question: z
      .record(locale, text)
      .refine((texts) => Object.keys(texts).length > 0, { error: 'Write the question in at least one language' })
      .describe('The question by language.'),
    anchors: z
      .record(locale, z.tuple([text, text]))
      .default({})
      .describe('Words at the lowest and the highest score, by language.'),
  })
  .describe('The survey.');

const settings = z.strictObject({
  survey,
  template: templateName,
  channels,
  usefulFor: usefulFor.optional(),
  when: expression.optional().describe('Ask only when this holds; else go on without the message.'),
});

/** Puts a survey to the person and goes on; the answer comes back as the event `survey.answered`. */
export const askStep = defineStepKind<z.output<typeof settings>>({
  code: 'ask',
  title: 'Ask for a score',
  settings: settings as unknown as z.ZodType<z.output<typeof settings>>,
  enter: (ask, context) => planMessage(ask, context, surveyOf(ask.survey)),
  templates: ({ template, channels: media }) => [{ name: template, channels: media }],
  surveys: ({ survey: asked }) => [surveyOf(asked)],
  expressions: ({ when }) => (when === undefined ? [] : [{ place: 'when', source: when, expects: 'bool' }]),
});

function surveyOf({ key, metric, scale: own, question, anchors }: z.output<typeof survey>): SurveyDefinition {
  return { key, metric, scale: own ?? DEFAULT_SCALES[metric], question, anchors };
}
