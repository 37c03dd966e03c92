import type { Json } from '../facts/view.js';
import { WEEKDAYS } from '../time/business-days.js';
import { isDuration } from '../time/instant.js';
import type { DocumentChecks } from './document-checks.js';
import {
  type DateTrigger,
  eventOfTrigger,
  type JourneyDocument,
  type Schedule,
  type ScheduleTrigger,
  type TriggerDocument,
} from './document.js';
import type { Variable } from './fact-fields.js';
import { fillSettings } from './fill-settings.js';
import type { JourneyPlan } from './plan.js';

const DATE_VARIABLES: readonly Variable[] = ['customer', 'order', 'shop', 'settings'];
const SEGMENT_VARIABLES: readonly Variable[] = ['customer', 'shop', 'settings', 'run'];
/** On the wall, where nothing else is written. */
const USUAL_HOUR = '09:00';
const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/;
/** Longer ones would reach back past the day a year before. */
const MAX_LEAD = /^P(?:[0-9]{1,2}D|[1-9]W|[1-9]M|1[01]M|T[0-9]{1,3}H)$/;

type Begin = Pick<JourneyPlan, 'trigger' | 'calendar'>;

/** What begins the journey, and what brings that about where no sender does. */
export function triggerOf(document: JourneyDocument, checks: DocumentChecks): Begin {
  const { value, faults } = fillSettings(document.trigger as unknown as Json, document.settings, '/trigger');
  checks.faults.push(...faults);
  const trigger = (faults.length === 0 ? value : document.trigger) as unknown as TriggerDocument;
  const own = { event: eventOfTrigger(trigger), where: null, journey: document.key };
  if ('date' in trigger) return { trigger: own, calendar: dateOf(trigger, checks) };
  if ('schedule' in trigger)
    return { trigger: { ...own, where: trigger.segment }, calendar: scheduleOf(trigger, checks) };
  if ('api' in trigger) return { trigger: own, calendar: null };
  return { trigger: { ...checks.pattern(trigger, '/trigger'), journey: null }, calendar: null };
}

function dateOf({ date, every, lead = 'P0D', at = USUAL_HOUR }: DateTrigger, checks: DocumentChecks) {
  const expression = checks.take(date, { place: '/trigger/date', variables: DATE_VARIABLES });
  clockFaults(at, '/trigger/at', checks);
  if (lead !== 'P0D' && !(isDuration(lead) && MAX_LEAD.test(lead)))
    checks.faults.push({
      pointer: '/trigger/lead',
      code: 'duration.invalid',
      message: `"${lead}" is no time before a date; write e.g. P7D, at most P99D or P11M.`,
    });
  const of = expression?.variables.includes('order') === true ? ('order' as const) : ('customer' as const);
  return { type: 'date' as const, expression: date, of, isYearly: every === 'year', lead, at };
}

function scheduleOf({ schedule, segment }: ScheduleTrigger, checks: DocumentChecks) {
  checks.take(segment, { place: '/trigger/segment', expects: 'bool', variables: SEGMENT_VARIABLES });
  clockFaults(schedule.at, '/trigger/schedule/at', checks);
  const problem = dayProblem(schedule);
  if (problem !== undefined)
    checks.faults.push({ pointer: '/trigger/schedule/on', code: 'journey.invalid', message: problem });
  return { type: 'schedule' as const, ...schedule };
}

function clockFaults(at: string, pointer: string, checks: DocumentChecks): void {
  if (CLOCK.test(at)) return;
  checks.faults.push({ pointer, code: 'journey.invalid', message: `"${at}" is no time of day; write e.g. 09:00.` });
}

function dayProblem({ every, on }: Schedule): string | undefined {
  if (every === 'day') return on === undefined ? undefined : 'Every day needs no "on"; leave it out.';
  const isWeek = every === 'week';
  const isFit = (day: string | number): boolean =>
    isWeek
      ? (WEEKDAYS as readonly unknown[]).includes(day)
      : Number.isInteger(day) && Number(day) >= 1 && Number(day) <= 31;
  if (on !== undefined && on.length > 0 && on.every(isFit)) return undefined;
  return isWeek ? 'Name days of the week, e.g. on: [mon, thu].' : 'Name days of the month, e.g. on: [1, 15].';
}
