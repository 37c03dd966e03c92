import type { EventType } from '../event/event.js';
import { localDate, toIso } from '../time/instant.js';
import {
  crowdedDay,
  messagesOf,
  type PlayedSend,
  sentAfter,
  SURVEY_COOLDOWN_DAYS,
  surveysTooSoon,
  type Suspicion,
} from './breaks.js';
import { type ExploredStory, midst, runIn, waitsOf } from './explore.js';
import { type CheckInput, type FindingCode, type FindingSeverity, placeOf } from './finding.js';
import { type Played, playStory, sendsOf } from './play.js';
import { type Story, withEvent } from './story.js';
import { eventOf, hoursLater, START } from './world.js';

const HOURS_A_DAY = 24;
/** Stories that are told again with their order coming to an end. */
const MAX_ENDED = 6;
/** Stories that are played together with all other journeys. */
const MAX_TOGETHER = 5;

interface Ending {
  readonly event: EventType;
  readonly code: FindingCode;
  readonly what: string;
}
const ENDINGS: readonly Ending[] = [
  { event: 'order.refunded', code: 'send.after-refund', what: 'the order was refunded' },
  { event: 'order.cancelled', code: 'send.after-cancellation', what: 'the order was cancelled' },
  { event: 'return.requested', code: 'send.after-return', what: 'a return was asked for' },
];
/** Journeys about the end of an order write because of it. */
const ABOUT_ENDINGS = new Set<EventType>([
  'order.refunded',
  'order.cancelled',
  'return.requested',
  'shipment.returned',
]);

/** Messages after the order has come to an end. */
export function suspectLateMessages({ plan }: CheckInput, stories: readonly ExploredStory[]): Suspicion[] {
  const { event } = plan.trigger;
  const isOfOrder = event.startsWith('order.') || event.startsWith('shipment.');
  if (!isOfOrder || ABOUT_ENDINGS.has(event) || plan.document.class === 'service') return [];
  const severity: FindingSeverity = plan.document.class === 'marketing' ? 'warning' : 'error';
  return ENDINGS.flatMap((ending) => {
    // goods that come back say nothing about whether news of the shop is welcome
    if (ending.event === 'return.requested' && plan.document.class === 'marketing') return [];
    const hit = firstOf(stories.slice(0, MAX_ENDED), (explored) => afterEnding(explored, ending.event));
    if (!hit) return [];
    const { story, send, isBefore } = hit;
    return [
      {
        pointer: isBefore ? '/audience' : '/exitOn',
        code: ending.code,
        severity,
        message: isBefore
          ? `Somebody enters after ${ending.what}, and "${send.step}" writes to them; leave them out of the audience.`
          : `"${send.step}" still writes after ${ending.what}; add ${ending.event} to exitOn.`,
        outcome: `"${send.template}" falls due at ${toIso(send.dueAt)}, after ${ending.event}.`,
        story,
        witness: { step: send.step, event: ending.event },
      },
    ];
  });

  function afterEnding({ story, run }: ExploredStory, type: EventType) {
    const own = story.events.find((event) => event.type === type);
    if (own) {
      const send = sentAfter(run, own.at);
      return send ? { story, send, isBefore: own.at < START } : undefined;
    }
    if (!sendsOf(run).some((send) => send.class !== 'service')) return undefined;
    const last = Math.max(...sendsOf(run).map(({ dueAt }) => dueAt));
    const waits = waitsOf(run).filter(({ from }) => from < last);
    const once = waits.filter(({ step }, index) => waits.findIndex((other) => other.step === step) === index);
    const moments = [...once.map(midst), hoursLater(START, -HOURS_A_DAY)];
    return firstOf(moments, (at) => {
      if (at < START && plan.trigger.event === 'order.placed') return undefined;
      const told = withEvent(story, eventOf(type, at));
      const again = runIn(playStory([plan], told));
      const send = again && sentAfter(again, at);
      return send ? { story: told, send, isBefore: at < START } : undefined;
    });
  }
}

/** Two surveys too soon, and too many messages a day: of this journey alone, and together with the others. */
export function suspectCrowds(input: CheckInput, stories: readonly ExploredStory[]): Suspicion[] {
  const key = input.plan.document.key;
  const [first] = stories;
  const alone: readonly Told[] = [...stories, ...(first ? twiceTold(input, first.story) : [])];
  const together =
    input.others.length === 0 ? [] : stories.slice(0, MAX_TOGETHER).map(({ story }) => withOthers(input, story));
  const found: Suspicion[] = [];
  for (const [index, list] of [alone, together].entries()) {
    const isTogether = index === 1;
    const surveys = firstOf(list, ({ story, played }) => hitOf(story, surveysTooSoon(played, key)));
    if (surveys && !found.some(({ code }) => code === 'survey.cooldown'))
      found.push(surveySuspicion(input, surveys, isTogether));
    const crowd = firstOf(list, ({ story, played }) => hitOf(story, crowdedDay(played, key)));
    if (crowd && !found.some(({ code }) => code === 'contact.too-many'))
      found.push(crowdSuspicion(input, crowd, isTogether));
  }
  return found;
}

interface Told {
  readonly story: Story;
  readonly played: Played;
}

/** The event that starts the journey, unless it is a date, comes a second time, for the same order, by a second parcel where it is about one. */
function twiceTold({ plan }: CheckInput, story: Story): readonly Told[] {
  const first = story.events.find(({ type, at }) => type === plan.trigger.event && at === START);
  if (!first || first.type === 'order.placed' || first.type === 'journey.due') return [];
  const isParcel = first.type.startsWith('shipment.');
  const data = { ...first.data, ...(isParcel ? { parcelId: 'P-2' } : {}) };
  const twice = withEvent(story, { ...first, at: hoursLater(START, 3 * HOURS_A_DAY), data });
  return [{ story: twice, played: playStory([plan], twice) }];
}

/** The same story, with the events that the other journeys start by. */
function withOthers({ plan, others }: CheckInput, story: Story): Told {
  const missing = [...new Set(others.map((other) => other.trigger.event))].filter(
    (type) => !ABOUT_ENDINGS.has(type) && !story.events.some((event) => event.type === type),
  );
  const full = missing.reduce((told, type) => withEvent(told, eventOf(type, hoursLater(START, 1))), story);
  return { story: full, played: playStory([plan, ...others], full) };
}

function surveySuspicion(input: CheckInput, { story, pair: [one, other] }: PairHit, isTogether: boolean): Suspicion {
  return {
    pointer: pointerOf(input, one, other),
    code: 'survey.cooldown',
    severity: isTogether ? 'warning' : 'error',
    message: `"${one.step}" of ${one.journey} and "${other.step}" of ${other.journey} ask one person twice within ${SURVEY_COOLDOWN_DAYS} days.`,
    outcome: `Surveys fall due at ${toIso(one.dueAt)} and ${toIso(other.dueAt)}.`,
    story,
    witness: { step: one.step, together: isTogether },
  };
}

function crowdSuspicion(input: CheckInput, { story, pair: [one, other] }: PairHit, isTogether: boolean): Suspicion {
  return {
    pointer: pointerOf(input, one, other),
    code: 'contact.too-many',
    severity: 'warning',
    message: `"${one.step}" of ${one.journey} and "${other.step}" of ${other.journey} write to one person on one day; put a wait between them.`,
    outcome: `Both fall due on ${localDate(one.dueAt, 'Europe/Paris')}.`,
    story,
    witness: { step: one.step, together: isTogether },
  };
}

/** Messages that go out however late it is, and messages of service that a hold-out keeps back. */
export function suspectSends({ plan }: CheckInput, stories: readonly ExploredStory[]): Suspicion[] {
  const seen = new Set<string>();
  const found: Suspicion[] = [];
  for (const { story, played, run } of stories) {
    for (const { step, usefulUntil, journey } of messagesOf(played)) {
      if (usefulUntil !== null || journey !== plan.document.key || seen.has(step)) continue;
      seen.add(step);
      found.push({
        pointer: placeOf(plan, step, '/settings'),
        code: 'send.never-expires',
        severity: 'warning',
        message: `"${step}" has no usefulFor: after a pause or an outage it goes out however late it is.`,
        outcome: 'The message has no time after which it is skipped.',
        story,
        witness: { step },
      });
    }
    const held = sendsOf(run).find((send) => send.isHeldOut === true && isLenient(send.class));
    if (!held || seen.has('held out')) continue;
    seen.add('held out');
    found.push({
      pointer: placeOf(plan, held.step),
      code: 'hold-out.in-service',
      severity: 'warning',
      message: `"${held.step}" is ${held.class}, and a hold-out keeps it from some people; hold out marketing only.`,
      outcome: `"${held.template}" is noted and not sent.`,
      story,
      witness: { step: held.step },
    });
  }
  return found;
}

function isLenient(messageClass: string): boolean {
  return messageClass === 'service' || messageClass === 'feedback';
}

interface PairHit {
  readonly story: Story;
  readonly pair: readonly [PlayedSend, PlayedSend];
}

function hitOf(story: Story, pair: PairHit['pair'] | null): PairHit | undefined {
  return pair ? { story, pair } : undefined;
}

function pointerOf({ plan }: CheckInput, one: PlayedSend, other: PlayedSend): string {
  const own = other.journey === plan.document.key ? other : one;
  return placeOf(plan, own.step);
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const hit = find(item);
    if (hit !== undefined) return hit;
  }
  return undefined;
}
