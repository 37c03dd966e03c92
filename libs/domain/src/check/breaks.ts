import { mayContact } from '../consent/contact-rule.js';
import type { MessageClass } from '../consent/message-class.js';
import type { SendEffect } from '../journey/run.js';
import { type Instant, localDate } from '../time/instant.js';
import { runIn } from './explore.js';
import type { CheckInput, Finding, FindingCode } from './finding.js';
import { actsOf, type Lived, type Played, type PlayedRun, playStory, sendsOf } from './play.js';
import { reviewCallIn } from './promotion-words.js';
import type { Story } from './story.js';

/** Visits of one step in one run; a run that comes back more often isn't going to end. */
export const MAX_VISITS = 25;
export const MAX_MESSAGES = 10;
export const SURVEY_COOLDOWN_DAYS = 30;
/** A reminder comes no sooner. */
const REMINDER_DAYS = 3;
const DAY = 86_400_000;
const ZONE = 'Europe/Paris';

export type Suspicion = Finding;
type Rule = (suspicion: Suspicion, played: Played, input: CheckInput) => boolean;

/** A message with the run that sends it. */
export interface PlayedSend extends SendEffect {
  readonly journey: string;
  /** Number of the run within the story. */
  readonly run: number;
}

/** Plays the story in the engine and says whether it breaks the rule that the finding names. */
export function breaksRule(finding: Finding, input: CheckInput): boolean {
  const plans = [input.plan, ...(finding.witness.together === true ? input.others : [])];
  return RULES[finding.code](finding, playStory(plans, finding.story), input);
}

/** Messages that really go out. */
export function messagesOf({ runs }: Played): readonly PlayedSend[] {
  return runs
    .flatMap((run, index) => sendsOf(run).map((send) => ({ ...send, journey: run.plan.document.key, run: index })))
    .filter(({ isHeldOut }) => isHeldOut !== true);
}

const RULES: Readonly<Record<FindingCode, Rule>> = {
  'entry.never': (_, played) => runIn(played) === undefined,
  'path.dead': isPathNotTaken,
  'journey.endless': (_, { runs }, { plan }) => runs.some((run) => run.plan === plan && visitsOf(run) > MAX_VISITS),
  'journey.circle': (_, { runs }) => runs.some(({ plan, startedBy }) => startedBy.includes(plan.document.key)),
  'messages.too-many': (_, { runs }) => runs.some((run) => sendsOf(run).length > MAX_MESSAGES),
  'class.promotion-in-service': reachesThoseWhoDidNotAgree,
  'class.too-lenient': reachesThoseWhoDidNotAgree,
  'survey.cooldown': (_, played, { plan }) => surveysTooSoon(played, plan.document.key) !== null,
  'send.after-refund': isSentAfter,
  'send.after-cancellation': isSentAfter,
  'send.after-return': isSentAfter,
  'send.never-expires': ({ witness }, played) =>
    messagesOf(played).some(({ step, usefulUntil }) => step === witness.step && usefulUntil === null),
  'review.gated': (suspicion, played, input) => isGated(suspicion, played, input),
  'contact.too-many': (_, played, { plan }) => crowdedDay(played, plan.document.key) !== null,
  'hold-out.in-service': (_, { runs }) =>
    runs.some((run) => sendsOf(run).some((send) => send.isHeldOut === true && isLenient(send.class))),
  // rendered by the template engine, see the caller
  'template.no-fallback': ({ witness }, played) =>
    messagesOf(played).some(({ template }) => template === witness.template),
  'link.broken': isWritten,
  'link.insecure': isWritten,
  'link.without-text': isWritten,
  'image.without-alt': isWritten,
  'mail.mostly-images': isWritten,
  'mail.too-large': isWritten,
  'mail.no-text': isWritten,
  'mail.no-unsubscribe': isWritten,
  'subject.too-long': isWritten,
  'subject.shouting': isWritten,
  'sms.too-long': isWritten,
  'sms.alphabet': isWritten,
  'whatsapp.too-long': isWritten,
  'whatsapp.not-approved': isWritten,
  'template.no-locale': isWritten,
  'snippet.unknown': isWritten,
};

/** It stands in the template, whatever happens in the story. */
function isWritten(): boolean {
  return true;
}

function isLenient(messageClass: MessageClass): boolean {
  return messageClass === 'service' || messageClass === 'feedback';
}

function isPathNotTaken({ witness: { step, next, condition } }: Suspicion, { runs }: Played): boolean {
  const passages = runs.flatMap(({ lived }) =>
    lived.flatMap(({ decision }) => decision.journal.filter((line) => line.step === step && line.kind !== 'entered')),
  );
  if (passages.length === 0) return false;
  if (condition === undefined) return passages.every(({ data }) => data.next !== next);
  // the condition holds, and yet an earlier way is taken
  return passages.some(({ data }) => JSON.stringify(data.conditions ?? []).includes(JSON.stringify(condition)));
}

/** Visits of the step that a run entered most often. */
export function visitsOf({ lived }: PlayedRun): number {
  const visits = new Map<string, Set<number>>();
  for (const { decision } of lived)
    for (const { step, data } of decision.journal)
      if (step !== null && typeof data.visit === 'number')
        visits.set(step, (visits.get(step) ?? new Set()).add(data.visit));
  return Math.max(0, ...[...visits.values()].map(({ size }) => size));
}

function reachesThoseWhoDidNotAgree({ witness }: Suspicion, { runs }: Played): boolean {
  return runs.some(({ lived }) =>
    lived.some(({ decision, snapshot }) =>
      decision.effects.some(
        (effect) =>
          effect.type === 'send' &&
          effect.template === witness.template &&
          effect.isHeldOut !== true &&
          effect.channels.some(
            (medium) =>
              mayContact(snapshot.customer, effect.class, medium, null).allowed &&
              !mayContact(snapshot.customer, 'marketing', medium, null).allowed,
          ),
      ),
    ),
  );
}

/** Two surveys within the cooldown, at least one of them by this journey. */
export function surveysTooSoon(played: Played, key: string): readonly [PlayedSend, PlayedSend] | null {
  const surveys = messagesOf(played)
    .filter(({ survey }) => survey !== null)
    .toSorted((a, b) => a.dueAt - b.dueAt);
  const isSoon = (a: PlayedSend, b: PlayedSend): boolean => b.dueAt - a.dueAt < SURVEY_COOLDOWN_DAYS * DAY;
  return pairOf(surveys, key, (a, b) => isSoon(a, b) && !isOneReminder(a, b, surveys));
}

/** The same question a second time, days later and never again, belongs to the first one. */
function isOneReminder(a: PlayedSend, b: PlayedSend, surveys: readonly PlayedSend[]): boolean {
  const asked = surveys.filter(({ journey, survey }) => journey === a.journey && survey?.key === a.survey?.key);
  const isSame = a.journey === b.journey && a.survey?.key === b.survey?.key && a.run === b.run;
  return isSame && asked.length === 2 && b.dueAt - a.dueAt >= REMINDER_DAYS * DAY;
}

/** Two messages other than service on one day, at least one of them by this journey. */
export function crowdedDay(played: Played, key: string): readonly [PlayedSend, PlayedSend] | null {
  const messages = messagesOf(played).filter((send) => send.class !== 'service');
  return pairOf(messages, key, (a, b) => localDate(a.dueAt, ZONE) === localDate(b.dueAt, ZONE));
}

function pairOf(
  messages: readonly PlayedSend[],
  key: string,
  collides: (a: PlayedSend, b: PlayedSend) => boolean,
): readonly [PlayedSend, PlayedSend] | null {
  for (const [index, one] of messages.entries())
    for (const other of messages.slice(index + 1))
      if ((one.journey === key || other.journey === key) && collides(one, other)) return [one, other];
  return null;
}

function isSentAfter({ witness, story }: Suspicion, { runs }: Played, { plan }: CheckInput): boolean {
  const told = story.events.find(({ type }) => type === witness.event);
  return told !== undefined && runs.some((run) => run.plan === plan && sentAfter(run, told.at) !== null);
}

/** The first message, other than service, that falls due after the news; null when the run was written to go on from that news. */
export function sentAfter(run: PlayedRun, at: Instant): SendEffect | null {
  const isHandled = run.lived.some(({ input, now, decision }: Lived) => {
    const isNews = input.type === 'event' && now === at;
    return isNews && decision.journal.some(({ kind }) => kind === 'event') && decision.run.status !== 'exited';
  });
  if (isHandled) return null;
  return sendsOf(run).find((send) => send.dueAt > at && send.class !== 'service' && send.isHeldOut !== true) ?? null;
}

function isGated(suspicion: Suspicion, played: Played, input: CheckInput): boolean {
  const { story, against } = suspicion;
  if (!against || withoutScores(story) !== withoutScores(against)) return false;
  const plans = [input.plan, ...(suspicion.witness.together === true ? input.others : [])];
  return reviewCalls(played, input) !== reviewCalls(playStory(plans, against), input);
}

/** What a story calls for reviews with: journey, step and template of each message, and review journeys that are started. */
export function reviewCalls(played: Played, { others }: CheckInput): string {
  const sends = played.runs.flatMap((run) =>
    sendsOf(run)
      .filter(({ template, class: own }) => own === 'review' || callsForReview(run, template))
      .map(({ step, template }) => `${run.plan.document.key} ${step} ${template}`),
  );
  const starts = played.runs.flatMap((run) =>
    actsOf(run).flatMap(({ act }) => {
      if (act.type !== 'start') return [];
      const started = others.find(({ document }) => document.key === act.journey);
      return started?.document.class === 'review' ? [`start ${act.journey}`] : [];
    }),
  );
  return [...sends, ...starts].toSorted().join('\n');
}

function callsForReview({ plan }: PlayedRun, template: string): boolean {
  const locales = plan.document.templates[template] ?? {};
  return Object.values(locales).some(({ mjml = '', sms = '' }) => reviewCallIn(`${mjml} ${sms}`) !== null);
}

/** Names of facts that hold what somebody thinks of the shop. */
export const SCORE_NAME = /^(.*[^a-z])?(score|rating|nps|csat|ces)$|Score$|Rating$|Nps$|Csat$|Ces$/;

function withoutScores(story: Story): string {
  return JSON.stringify(story, (name, value: unknown) => (SCORE_NAME.test(name) ? null : value));
}
