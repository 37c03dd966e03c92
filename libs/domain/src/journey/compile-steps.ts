import type { Fault } from '../errors.js';
import type { EventType } from '../event/event.js';
import type { Medium } from '../consent/message-class.js';
import type { JourneyDocument, StepDocument, TemplateDocument } from './document.js';
import { fillSettings } from './fill-settings.js';
import { nearest } from './nearest.js';
import { END, type PlannedStep } from './plan.js';
import { pointerTo, schemaFaults } from './schema-faults.js';
import type { StepExpression, StepKinds, TemplateUse } from './step-kind.js';

/** Takes the expressions that steps hold. */
export interface ExpressionSink {
  expression(source: string, place: string, expects: 'bool' | 'any', events?: readonly EventType[]): void;
}

/** Parses every step's settings with its kind's schema and checks what they point at. */
export function compileSteps(
  document: JourneyDocument,
  kinds: StepKinds,
  sink: ExpressionSink,
): { readonly planned: readonly PlannedStep[]; readonly faults: readonly Fault[] } {
  const faults = idFaults(document.steps);
  const planned = document.steps.flatMap((step, index) => {
    const compiled = compileStep(step, index, document, kinds);
    if (Array.isArray(compiled)) {
      faults.push(...compiled);
      return [];
    }
    for (const { place, source, expects, events } of expressionsOf(compiled)) {
      sink.expression(source, `/steps/${index}/settings${place === '' ? '' : `/${place}`}`, expects, events);
    }
    faults.push(
      ...targetFaults(compiled, step, index, document.steps),
      ...templateFaults(compiled, index, document),
      ...selfFaults(compiled, index, document.key),
    );
    return [compiled];
  });
  return { planned, faults };
}

function idFaults(steps: readonly StepDocument[]): Fault[] {
  const seen = new Set<string>();
  return steps.flatMap(({ id }, index) => {
    const pointer = `/steps/${index}/id`;
    if (id === END)
      return [{ pointer, code: 'step.id', message: `"${END}" is reserved for the end of the run; choose another id.` }];
    if (seen.has(id))
      return [
        {
          pointer,
          code: 'step.id',
          message: `"${id}" is taken by an earlier step; every step needs an id of its own.`,
        },
      ];
    seen.add(id);
    return [];
  });
}

function compileStep(
  step: StepDocument,
  index: number,
  document: JourneyDocument,
  kinds: StepKinds,
): PlannedStep | Fault[] {
  const kind = kinds.find(step.kind);
  if (!kind) return [unknownKind(step.kind, index, kinds)];
  const pointer = `/steps/${index}/settings`;
  const filled = fillSettings(step.settings, document.settings, pointer);
  if (filled.faults.length > 0) return [...filled.faults];
  const parsed = kind.settings.safeParse(filled.value);
  if (!parsed.success) return schemaFaults(parsed.error, pointer, 'settings.invalid');
  return { id: step.id, kind, settings: parsed.data, next: step.next ?? document.steps[index + 1]?.id ?? END };
}

function unknownKind(code: string, index: number, kinds: StepKinds): Fault {
  const codes = kinds.list().map((kind) => kind.code);
  const near = nearest(code, codes);
  const hint = near ? `did you mean ${near}?` : `write one of ${codes.join(', ')}.`;
  return {
    pointer: `/steps/${index}/kind`,
    code: 'step.unknown-kind',
    message: `There is no kind of step "${code}": ${hint}`,
  };
}

function expressionsOf({ kind, settings }: PlannedStep): readonly StepExpression[] {
  return kind.expressions?.(settings) ?? [];
}

function targetFaults(
  step: PlannedStep,
  written: StepDocument,
  index: number,
  steps: readonly StepDocument[],
): Fault[] {
  const ids = steps.map(({ id }) => id);
  const places = [
    ...(written.next === undefined ? [] : [{ target: written.next, pointer: `/steps/${index}/next` }]),
    ...(step.kind.targets?.(step.settings) ?? []).map((target) => ({ target, pointer: `/steps/${index}/settings` })),
  ];
  return places
    .filter(({ target }) => target !== END && !ids.includes(target))
    .map(({ target, pointer }) => {
      const near = nearest(target, [...ids, END]);
      const hint = near ? `did you mean ${near}?` : `write the id of a step, or ${END}.`;
      return { pointer, code: 'step.unknown-target', message: `There is no step "${target}": ${hint}` };
    });
}

const NEEDS: Readonly<Record<Medium, readonly (keyof TemplateDocument)[]>> = {
  email: ['subject', 'mjml'],
  sms: ['sms'],
  whatsapp: ['whatsapp'],
};

function templateFaults({ kind, settings }: PlannedStep, index: number, document: JourneyDocument): Fault[] {
  return (kind.templates?.(settings) ?? []).flatMap((use) => useFaults(use, index, document));
}

function useFaults({ name, channels }: TemplateUse, index: number, { templates, steps }: JourneyDocument): Fault[] {
  const locales = Object.hasOwn(templates, name) ? templates[name] : undefined;
  if (!locales) {
    const near = nearest(name, Object.keys(templates));
    const hint = near ? `did you mean ${near}?` : 'add it under templates.';
    return [
      {
        pointer: `/steps/${index}/settings/template`,
        code: 'template.unknown',
        message: `There is no template "${name}": ${hint}`,
      },
    ];
  }
  return channels
    .filter(
      (channel) =>
        !Object.values(locales).some((template) => NEEDS[channel].every((part) => isWritten(template[part]))),
    )
    .map((channel) => ({
      pointer: pointerTo('/templates', [name]),
      code: 'template.incomplete',
      message: `The step "${steps[index]?.id}" sends this by ${channel}: write ${NEEDS[channel].join(' and ')} in at least one locale.`,
    }));
}

/** Only other journeys are started and stopped: one that starts itself would never end. */
function selfFaults({ kind, settings }: PlannedStep, index: number, key: string): Fault[] {
  if (kind.journeys?.(settings).includes(key) !== true) return [];
  return [
    {
      pointer: `/steps/${index}/settings`,
      code: 'journey.itself',
      message: `"${key}" is this journey; name another one, or lead back with next.`,
    },
  ];
}

function isWritten(text: string | undefined): boolean {
  return text !== undefined && text.trim() !== '';
}
