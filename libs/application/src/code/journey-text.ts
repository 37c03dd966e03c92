import type { EventPattern, JourneyDocument, Json, TemplateDocument, TriggerDocument } from '#app/domain';
import { stringify } from 'yaml';

/** The same content gives the same text, whatever the order in which it was written. */
export function canonicalJourney(document: JourneyDocument): string {
  return JSON.stringify(sorted(document));
}

/** A journey as YAML, in the order in which people write one. Reading it gives the same document. */
export function writeJourney(document: JourneyDocument): string {
  const { key, title, class: messageClass, trigger, audience, entry, priority, holdOut, exitOn, goal } = document;
  const { settings, steps, templates, partials } = document;
  const fields = {
    key,
    title,
    class: messageClass,
    trigger: begin(trigger),
    audience: sorted(audience),
    entry: { key: entry.key, per: entry.per, reentry: entry.reentry, limit: entry.limit },
    priority,
    holdOut,
    exitOn: exitOn.length === 0 ? undefined : exitOn.map(short),
    goal: goal && { event: goal.event, where: goal.where, within: goal.within },
    settings: unlessEmpty(settings),
    steps: steps.map((step) => ({
      id: step.id,
      kind: step.kind,
      settings: unlessEmpty(step.settings),
      next: step.next,
    })),
    templates: unlessEmpty(mapValues(templates, (locales) => mapValues(locales, inOrder))),
    partials: partials && unlessEmpty(partials),
  };
  return stringify(fields, {
    version: '1.2',
    schema: 'core',
    lineWidth: 0,
    singleQuote: true,
    aliasDuplicateObjects: false,
  });
}

function begin(trigger: TriggerDocument): unknown {
  if ('date' in trigger) {
    const { date, every, lead, at } = trigger;
    return { date, every, lead, at };
  }
  if ('schedule' in trigger) {
    const { every, on, at } = trigger.schedule;
    return { schedule: { every, on, at }, segment: trigger.segment };
  }
  return 'api' in trigger ? 'api' : short(trigger);
}

function short({ event, where }: EventPattern): unknown {
  return where === undefined ? event : { event, where };
}

function inOrder({ subject, preheader, mjml, sms, whatsapp, whatsappContent }: TemplateDocument): unknown {
  return { subject, preheader, mjml, sms, whatsapp, whatsappContent };
}

function unlessEmpty(fields: Readonly<Record<string, unknown>>): unknown {
  return Object.keys(fields).length === 0 ? undefined : sorted(fields, 2);
}

function mapValues<T, U>(fields: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(
    Object.entries(fields)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [name, map(value)]),
  );
}

/** @param levels how many levels of names are put in order */
function sorted(value: unknown, levels = Infinity): unknown {
  if (levels === 0) return value;
  if (Array.isArray(value)) return value.map((item: Json) => sorted(item, levels));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, field]) => [name, sorted(field, levels - 1)]),
  );
}
