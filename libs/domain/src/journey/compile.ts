import type { Fault } from '../errors.js';
import type { EventType } from '../event/event.js';
import type { Json } from '../facts/view.js';
import { isDuration } from '../time/instant.js';
import { graphFaults, holdOutFaults } from './compile-graph.js';
import { compileSteps } from './compile-steps.js';
import { DEFAULT_PRIORITY, type EventPattern, type JourneyDocument } from './document.js';
import { compileExpression, type Expression } from './expression.js';
import { isEventType } from './fact-fields.js';
import { fillSettings } from './fill-settings.js';
import { nearest } from './nearest.js';
import type { JourneyPlan, PlannedPattern, PlannedStep } from './plan.js';
import type { StepKinds } from './step-kind.js';
import { EVENT_TYPES } from '../event/event.js';

export const MAX_STEPS = 100;
/** Of the document as JSON. */
export const MAX_DOCUMENT_CHARS = 64 * 1024;

/**
 * Checks a document against the step kinds that there are and prepares it for deciding. Reports every fault, with its place.
 * `stored`: a version that people are on already; what only a new one must have isn't asked of it.
 */
export function compileJourney(
  document: JourneyDocument,
  kinds: StepKinds,
  origin: 'new' | 'stored' = 'new',
): { readonly plan: JourneyPlan } | { readonly faults: readonly Fault[] } {
  const sizes = sizeFaults(document);
  if (sizes.length > 0) return { faults: sizes };
  const checks = new DocumentChecks(document.settings);
  const trigger = checks.pattern(document.trigger, '/trigger');
  const audience = audienceOf(document, checks);
  checks.expression(document.entry.key, '/entry/key', 'any', [document.trigger.event]);
  const exitOn = document.exitOn.map((pattern, index) => checks.pattern(pattern, `/exitOn/${index}`));
  const goal = document.goal ? goalOf(document, checks) : null;
  const { planned, faults } = compileSteps(document, kinds, checks);
  const graph = faults.length === 0 ? graphFaults(planned) : [];
  const all = [...checks.faults, ...faults, ...graph];
  if (origin === 'new' && faults.length === 0) all.push(...holdOutFaults(planned, document));
  if (all.length > 0) return { faults: all };
  return {
    plan: {
      document,
      trigger,
      ...audience,
      priority: document.priority ?? DEFAULT_PRIORITY,
      entryKey: document.entry.key,
      exitOn,
      goal,
      first: (planned[0] as PlannedStep).id,
      steps: new Map(planned.map((step) => [step.id, step])),
      expressions: checks.expressions,
    },
  };
}

function sizeFaults(document: JourneyDocument): Fault[] {
  const fault = (pointer: string, message: string): Fault => ({ pointer, code: 'journey.too-large', message });
  if (document.steps.length === 0)
    return [{ pointer: '/steps', code: 'step.missing', message: 'A journey needs at least one step.' }];
  if (document.steps.length > MAX_STEPS)
    return [fault('/steps', `${document.steps.length} steps; at most ${MAX_STEPS} are allowed.`)];
  const length = JSON.stringify(document).length;
  if (length <= MAX_DOCUMENT_CHARS) return [];
  return [
    fault(
      '',
      `The document has ${length} characters; at most ${MAX_DOCUMENT_CHARS} are allowed. Shorten its templates.`,
    ),
  ];
}

function audienceOf(document: JourneyDocument, checks: DocumentChecks): Pick<JourneyPlan, 'audience' | 'recheck'> {
  const { audience, trigger } = document;
  if (audience === undefined) return { audience: null, recheck: null };
  const isShort = typeof audience === 'string';
  const { when, recheck } = isShort ? { when: audience, recheck: null } : audience;
  checks.condition(when, isShort ? '/audience' : '/audience/when', [trigger.event]);
  return { audience: when, recheck };
}

function goalOf(document: JourneyDocument, checks: DocumentChecks): JourneyPlan['goal'] {
  const { within: written = '', ...pattern } = document.goal ?? { event: document.trigger.event };
  const { value, faults } = fillSettings(written, document.settings, '/goal/within');
  checks.faults.push(...faults);
  const within = typeof value === 'string' ? value : '';
  if (faults.length === 0 && !isDuration(within)) {
    checks.faults.push({
      pointer: '/goal/within',
      code: 'duration.invalid',
      message: `"${within}" is not a duration; write e.g. P60D.`,
    });
  }
  return { ...checks.pattern(pattern, '/goal'), within };
}

/** Gathers faults and compiled expressions while a document is read. */
export class DocumentChecks {
  readonly faults: Fault[] = [];
  readonly expressions = new Map<string, Expression>();

  constructor(private readonly settings: Json) {}

  pattern({ event, where }: EventPattern, pointer: string): PlannedPattern {
    this.eventType(event, `${pointer}/event`);
    this.condition(where, `${pointer}/where`, isEventType(event) ? [event] : []);
    return { event, where: where ?? null };
  }

  condition(source: string | undefined, place: string, events: readonly EventType[]): void {
    if (source !== undefined) this.expression(source, place, 'bool', events);
  }

  expression(source: string, place: string, expects: 'bool' | 'any', events: readonly EventType[] = []): void {
    const compiled = compileExpression(source, {
      place,
      expects,
      settings: this.settings,
      events: events.filter(isEventType),
    });
    if ('faults' in compiled) this.faults.push(...compiled.faults);
    else this.expressions.set(source, compiled.expression);
  }

  private eventType(event: string, pointer: string): void {
    if (isEventType(event)) return;
    const near = nearest(event, EVENT_TYPES);
    const hint = near ? `did you mean ${near}?` : `write one of ${EVENT_TYPES.join(', ')}.`;
    this.faults.push({ pointer, code: 'event.unknown', message: `${event}: ${hint}` });
  }
}
