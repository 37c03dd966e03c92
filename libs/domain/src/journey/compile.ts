import type { Fault } from '../errors.js';
import type { EventType } from '../event/event.js';
import { isDuration } from '../time/instant.js';
import { graphFaults, holdOutFaults } from './compile-graph.js';
import { compileSteps } from './compile-steps.js';
import { triggerOf } from './compile-trigger.js';
import { DocumentChecks } from './document-checks.js';
import { DEFAULT_PRIORITY, type JourneyDocument } from './document.js';
import { fillSettings } from './fill-settings.js';
import { expandPartials, lengthFaults } from './partials.js';
import type { JourneyPlan, PlannedStep } from './plan.js';
import type { StepKinds } from './step-kind.js';

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
  const { trigger, calendar } = triggerOf(document, checks);
  const audience = audienceOf(document, trigger.event, checks);
  checks.expression(document.entry.key, '/entry/key', 'any', [trigger.event]);
  const exitOn = document.exitOn.map((pattern, index) => checks.pattern(pattern, `/exitOn/${index}`));
  const goal = document.goal ? goalOf(document.goal, document, checks) : null;
  const { planned, faults } = compileSteps(document, kinds, checks);
  const graph = faults.length === 0 ? graphFaults(planned) : [];
  const { templates, faults: unwritten } = written(document, origin);
  const all = [...checks.faults, ...faults, ...unwritten, ...graph];
  if (origin === 'new' && faults.length === 0) all.push(...holdOutFaults(planned, document));
  if (all.length > 0) return { faults: all };
  return {
    plan: {
      document: document.partials ? { ...document, templates } : document,
      trigger,
      calendar,
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

function written(document: JourneyDocument, origin: 'new' | 'stored'): ReturnType<typeof expandPartials> {
  // a version older than partials has none; nothing in it may become a fault, for people are on it
  if (origin === 'stored' && !document.partials) return { templates: document.templates, faults: [] };
  const { templates, faults } = expandPartials(document);
  return {
    templates,
    faults: origin === 'new' && document.partials ? [...faults, ...lengthFaults(templates)] : faults,
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

function audienceOf(
  { audience }: JourneyDocument,
  trigger: EventType,
  checks: DocumentChecks,
): Pick<JourneyPlan, 'audience' | 'recheck'> {
  if (audience === undefined) return { audience: null, recheck: null };
  const isShort = typeof audience === 'string';
  const { when, recheck } = isShort ? { when: audience, recheck: null } : audience;
  checks.condition(when, isShort ? '/audience' : '/audience/when', [trigger]);
  return { audience: when, recheck };
}

function goalOf(goal: NonNullable<JourneyDocument['goal']>, document: JourneyDocument, checks: DocumentChecks) {
  const { within: written, ...pattern } = goal;
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
