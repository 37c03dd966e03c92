import { type Instant, type JournalEntry, type Json, toInstant } from '#app/domain';

/** A time as the shop reads it, such as `10 March 2026, 13:00 (Europe/Berlin)`. */
export function inWords(at: Instant | string, zone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: zone });
  return `${format.format(typeof at === 'string' ? toInstant(at) : at).replace(' at ', ', ')} (${zone})`;
}

const REFUSALS: Readonly<Record<string, string>> = {
  erased: 'the customer asked to be erased',
  'no-address': 'there is no address to write to',
  'country-not-served': 'the shop sends no text messages to the country of the number',
  'no-consent': 'the customer has not agreed to messages of this kind',
  'opted-out': 'the customer has opted out',
  suppressed: 'the address is on the suppression list',
  'run-exited': 'the run ended before the message went out',
  archived: 'the journey was archived',
  'resumed:overdue': 'it fell due while the journey was paused',
  'useful-until': 'it came too late to be useful',
  condition: 'the condition of the step did not hold',
  template: 'its template could not be rendered',
  'gave-up': 'every try failed',
  'quiet-hours': 'it was outside the hours in which messages go out',
  'day-cap': 'the customer had been written to that day already',
  'shop-ceiling': 'the shop had sent all that it sends in a day',
  'shop-budget': 'the shop had spent all that it spends in a month',
  'marketing-cap': 'the customer had had all the marketing messages of seven days',
  'rest-after-answer': 'the customer had answered a survey shortly before',
  'survey-rest': 'the customer had been asked, or had answered, shortly before',
  'case-rest': 'a case of the customer had been opened shortly before',
  'review-rest': 'the customer had been asked for another review shortly before',
  'mood:late-parcel': 'a parcel of the customer is late',
  'mood:failed-delivery': 'a delivery to the customer failed',
  'mood:open-case': 'a case of the customer is open',
  'mood:complaint': 'the customer gave a bad answer that nobody has closed a case on',
  'mood:reply': 'the customer wrote to the shop, and nobody has closed a case on it',
  'order-under-way': 'the order is still under way',
  'return-under-way': 'the return of the order is still under way',
  outranked: 'a message that matters more is due at the same time',
};

/** Why a message didn't go out; reasons without words of their own stay as they are. */
export function reasonInWords(reason: string | null): string {
  if (reason === null) return 'no reason was recorded';
  return REFUSALS[reason] ?? `the reason recorded is "${reason}"`;
}

/** By the part of the reason before its colon. */
const ENDS: Readonly<Record<string, (rest: string) => string>> = {
  end: () => 'it came to the end of the journey',
  exit: (event) => `${event} ends this journey`,
  step: (id) => `the step "${id}" ended it`,
  erased: () => 'the customer asked to be erased',
  audience: () => 'the customer was no longer in the audience',
  stopped: (journey) => `the journey "${journey}" stopped it`,
  published: (version) => `version ${version} was published, which ended it`,
  resumed: () => 'it was overdue when the journey was resumed',
  archived: () => 'the journey was archived',
  failed: (code) => `it failed (${code})`,
};

/** Why a run ended. */
export function endInWords(reason: string | null): string {
  const [kind = '', rest = ''] = (reason ?? '').split(/:(.*)/s);
  const says = Object.hasOwn(ENDS, kind) ? ENDS[kind] : undefined;
  if (says) return says(rest);
  return reason === null ? 'no reason was recorded' : `the reason recorded is "${reason}"`;
}

type Data = JournalEntry['data'];

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

function list(value: Json | undefined): string {
  return Array.isArray(value) ? value.join(' or ') : '';
}

function goesOn(data: Data): string {
  const next = text(data['next']);
  if (next === '') return '';
  return next === 'end' ? ' and came to the end' : ` and went on to "${next}"`;
}

function startedBy(data: Data): string {
  const starter = data['startedBy'];
  const isStarted = typeof starter === 'object' && starter !== null && 'journey' in starter;
  return isStarted ? `the journey "${text(starter.journey)}"` : text(data['event']);
}

/** Why a journey that was to be started by another one wasn't. */
export function refusalInWords(refused: string): string {
  const reasons: Readonly<Record<string, string>> = {
    'not-live': 'it was not live',
    erased: 'the customer asked to be erased',
    audience: 'the customer was not in its audience',
    'entry-key': 'there was no entry key',
    'entered-before': 'the entry key was used before',
  };
  return reasons[refused] ?? refused;
}

/** How a run was taken somewhere else than its steps lead. */
function movedInWords(data: Data, place: string): string {
  const version = `version ${Number(data['version'])}`;
  switch (data['action']) {
    case 'shift':
      return `The journey was resumed: the wait at ${place} takes longer by the time of the pause.`;
    case 'retime':
      return `Taken over by ${version}: the wait at ${place} was worked out anew.`;
    case 'undo':
      return `Taken back to ${version}, to wait at "${text(data['to'])}" again.`;
    default:
      return `Taken over by ${version}, from ${place} to "${text(data['to'])}".`;
  }
}

/** One decision of a run as a sentence. */
export function decisionInWords({ kind, step, at, data }: JournalEntry, zone: string): string {
  const place = `"${step ?? ''}"`;
  switch (kind) {
    case 'entered':
      return `Entered by ${startedBy(data)}, ${inWords(at, zone)}.`;
    case 'passed':
      if (data['skipped'] !== undefined)
        return `Sent nothing at ${place}: ${reasonInWords(data['skipped'] === 'when' ? 'condition' : text(data['skipped']))}.`;
      return `Passed ${place}${goesOn(data)}.`;
    case 'sent':
      return `Decided at ${place} to send "${text(data['template'])}" by ${list(data['channels'])}${goesOn(data)}.`;
    case 'held-out':
      return data['template'] === undefined
        ? `Held out at ${place}: what the step gives was not given${goesOn(data)}.`
        : `Held out at ${place}: "${text(data['template'])}" would have been sent${goesOn(data)}.`;
    case 'waited':
      return typeof data['until'] === 'string'
        ? `Waits at ${place} until ${inWords(data['until'], zone)}, or for an event that it listens to.`
        : `Waits at ${place} for an event.`;
    case 'woke':
      return `The wait at ${place} was over.`;
    case 'event':
      return `Heard ${text(data['event'])} at ${place}.`;
    case 'moved':
      return movedInWords(data, place);
    case 'goal':
      return `Reached its goal: ${text(data['event'])}, ${inWords(at, zone)}.`;
    case 'act':
      return `Could not start "${text(data['journey'])}" at ${place}: ${refusalInWords(text(data['refused']))}.`;
    case 'finished':
      return `Ended: ${endInWords(text(data['reason']) || null)}.`;
    default:
      return step === null ? `${String(kind)}.` : `${String(kind)} at ${place}.`;
  }
}
