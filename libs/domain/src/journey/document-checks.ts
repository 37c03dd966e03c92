import type { Fault } from '../errors.js';
import { type EventType, JOURNEY_EVENT_TYPES } from '../event/event.js';
import type { Json } from '../facts/view.js';
import type { EventPattern } from './document.js';
import { compileExpression, type Expression, type ExpressionPlace } from './expression.js';
import { isEventType } from './fact-fields.js';
import { nearest } from './nearest.js';
import type { PlannedPattern } from './plan.js';

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
    this.take(source, { place, expects, events: events.filter(isEventType) });
  }

  /** An expression that stands where only some variables have a value. */
  take(source: string, place: Omit<ExpressionPlace, 'settings'>): Expression | undefined {
    const compiled = compileExpression(source, { ...place, settings: this.settings });
    if ('expression' in compiled) {
      this.expressions.set(source, compiled.expression);
      return compiled.expression;
    }
    this.faults.push(...compiled.faults);
    return undefined;
  }

  private eventType(event: string, pointer: string): void {
    if (isEventType(event)) return;
    const near = nearest(event, JOURNEY_EVENT_TYPES);
    const hint = near ? `did you mean ${near}?` : `write one of ${JOURNEY_EVENT_TYPES.join(', ')}.`;
    this.faults.push({ pointer, code: 'event.unknown', message: `${event}: ${hint}` });
  }
}
