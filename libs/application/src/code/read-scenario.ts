import { toNormalisedEvent, wireEvent } from '#app/contracts';
import {
  EVENT_TYPES,
  type EventType,
  type Fault,
  isTimeZone,
  type Json,
  MESSAGE_CLASSES,
  type NormalisedEvent,
  schemaFaults,
  toInstant,
  toIso,
  MEDIA,
} from '#app/domain';
import { z } from 'zod';
import { readYaml } from '../journeys/read-yaml.js';
import { type CodeFault, type CodeFile, placed } from './read-code.js';

const time = z.iso.datetime({ offset: true, error: 'Write a time with its zone, e.g. 2026-05-04T10:00:00Z' });
const text = z.string().min(1).max(255);
const fields = z.record(z.string(), z.json());
const zone = z.string().refine(isTimeZone, { error: 'Write an IANA zone, e.g. Europe/Paris' });
const reference = z.strictObject({ externalId: text.optional(), email: text.optional(), phone: text.optional() });

/** In a scenario of a journey that begins by API: a call that names somebody. */
const REQUESTED = 'journey.requested';

const scenario = z.strictObject({
  title: text.optional(),
  journey: text,
  /** In place of the journey's own. */
  settings: fields.optional(),
  given: z
    .strictObject({
      shop: z
        .strictObject({
          name: text.optional(),
          timeZone: zone.optional(),
          currency: text.optional(),
          locale: text.optional(),
        })
        .optional(),
      customer: reference
        .extend({
          firstName: text.optional(),
          lastName: text.optional(),
          locale: text.optional(),
          timeZone: zone.optional(),
          country: text.optional(),
          tags: z.array(text).optional(),
          attributes: fields.optional(),
          consents: z.partialRecord(z.enum(MEDIA), z.enum(['opted_in', 'opted_out', 'pending'])).optional(),
        })
        .optional(),
    })
    .optional(),
  events: z
    .array(
      z.strictObject({
        at: time,
        receivedAt: time.optional(),
        type: z.enum([...EVENT_TYPES, REQUESTED]),
        order: z.union([text, z.int().transform(String)]).optional(),
        customer: reference.optional(),
        data: fields.optional(),
      }),
    )
    .min(1)
    .max(1_000),
  expect: z.array(
    z.strictObject({
      at: time.optional(),
      step: text,
      template: text.optional(),
      channel: z.enum(MEDIA).optional(),
      class: z.enum(MESSAGE_CLASSES).optional(),
      customer: text.optional(),
    }),
  ),
  keptBack: z.array(z.strictObject({ step: text, reason: text })).optional(),
  until: time.optional(),
});

export type JourneyScenario = z.output<typeof scenario>;

/** An event; `receivedAt` stands beside it. */
export interface ScenarioStep {
  readonly event: NormalisedEvent & { readonly id: string };
  readonly receivedAt: string;
}

export interface ReadScenario {
  readonly scenario: JourneyScenario;
  readonly steps: readonly ScenarioStep[];
}

/** Who events are about when they name nobody. */
export const SOMEBODY = { email: 'somebody@example.com' } as const;

/** Reads a scenario file. Events are held to what the API takes. */
export function readScenario(file: CodeFile): ReadScenario | { readonly faults: readonly CodeFault[] } {
  const yaml = readYaml(file.text);
  if ('faults' in yaml) return { faults: placed(file, yaml.faults) };
  const parsed = scenario.safeParse(yaml.value);
  if (!parsed.success) return { faults: placed(file, schemaFaults(parsed.error, '', 'validation')) };
  const { steps, faults } = eventsOf(parsed.data);
  return faults.length > 0 ? { faults: placed(file, faults) } : { scenario: parsed.data, steps };
}

function eventsOf(read: JourneyScenario): { steps: ScenarioStep[]; faults: Fault[] } {
  const given = givenEvents(read);
  const steps: ScenarioStep[] = [];
  const faults: Fault[] = [];
  for (const [index, told] of [...given, ...read.events].entries()) {
    const written = toWire(told, index, read);
    const receivedAt = told.receivedAt ?? told.at;
    if (told.type === REQUESTED) {
      steps.push({ event: requested(written, read.journey), receivedAt });
      continue;
    }
    const event = wireEvent.safeParse(written);
    const place = index < given.length ? '/given/customer' : `/events/${index - given.length}`;
    if (event.success) steps.push({ event: { ...toNormalisedEvent(event.data), id: event.data.id }, receivedAt });
    else faults.push(...schemaFaults(event.error, place, 'validation'));
  }
  return { steps, faults };
}

function requested({ data, occurredAt, ...event }: Written, journey: string): ScenarioStep['event'] {
  return { ...event, occurredAt: toIso(toInstant(occurredAt)), data: { ...data, journey } } as ScenarioStep['event'];
}

interface Told {
  readonly at: string;
  readonly receivedAt?: string | undefined;
  readonly type: EventType;
  readonly order?: string | undefined;
  readonly customer?: z.output<typeof reference> | undefined;
  readonly data?: Readonly<Record<string, Json>> | undefined;
}

/** What is known of the person from the start, as news of the time of the first event. */
function givenEvents({ given, events }: JourneyScenario): Told[] {
  const customer = given?.customer;
  const at = events.map((event) => event.at).toSorted()[0];
  if (!customer || at === undefined) return [];
  const { externalId: _id, email: _email, phone: _phone, consents = {}, ...profile } = customer;
  const consented = Object.entries(consents).map(([channel, state]): Told => {
    return { at, type: 'consent.changed', data: { channel, state, level: 'confirmed' } };
  });
  return [{ at, type: 'customer.updated', data: { profile: profile as Json } }, ...consented];
}

interface Written {
  readonly id: string;
  readonly type: EventType;
  readonly occurredAt: string;
  readonly customer: z.output<typeof reference>;
  readonly order?: { readonly externalId: string };
  readonly data: Readonly<Record<string, Json>>;
}

function toWire({ type, at, order, customer, data }: Told, index: number, { given }: JourneyScenario): Written {
  const { externalId, email, phone }: z.output<typeof reference> = given?.customer ?? SOMEBODY;
  const own = Object.fromEntries(
    Object.entries({ externalId, email, phone }).filter(([, value]) => value !== undefined),
  );
  return {
    id: `event-${index}`,
    type,
    occurredAt: at,
    customer: customer ?? (Object.keys(own).length > 0 ? own : SOMEBODY),
    ...(order === undefined ? {} : { order: { externalId: order } }),
    data: data ?? {},
  };
}
