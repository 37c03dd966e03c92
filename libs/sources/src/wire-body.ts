import type { ParsedBody } from '#app/application';
import { faultsOf, linkEvent, toNormalisedEvent, wireEvent } from '#app/contracts';
import { EVENT_TYPES, PermanentError } from '#app/domain';
import type { z } from 'zod';

const KNOWN_TYPES = new Set<unknown>(EVENT_TYPES);

/**
 * An event of our own format, or the specification's `{type, timestamp, data}` with the customer and the order inside `data`.
 * `id` stands in for an event that has none of its own. A type that isn't ours is kept and means nothing.
 * @throws PermanentError `event.invalid`
 */
export function readWireEvent(body: string, id: string): ParsedBody {
  const input = readObject(body);
  if (typeof input['type'] !== 'string') throw malformed('holds no type');
  if (!KNOWN_TYPES.has(input['type']))
    return { events: [], ignored: `the type ${input['type'].slice(0, 64)} means nothing here` };
  return normalised(wireEvent.safeParse({ id, ...('occurredAt' in input ? input : unfolded(input)) }));
}

/** What one of our own links said, as it was stored. */
export function readLinkEvent(body: string): ParsedBody {
  return normalised(linkEvent.safeParse(readObject(body)));
}

function unfolded({ timestamp, data, ...rest }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (typeof data !== 'object' || data === null) return { ...rest, occurredAt: timestamp, data };
  const { customer, order, ...details } = data as Record<string, unknown>;
  return { ...rest, occurredAt: timestamp, customer, order, data: details };
}

function readObject(body: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    throw malformed('is not JSON', error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed('is not a JSON object');
  return value as Record<string, unknown>;
}

function malformed(what: string, cause?: unknown): PermanentError {
  return new PermanentError(
    'event.invalid',
    `The body ${what}. Send one event as the API's documentation describes it.`,
    { cause },
  );
}

function normalised(result: z.ZodSafeParseResult<Parameters<typeof toNormalisedEvent>[0]>): ParsedBody {
  if (result.success) return { events: [toNormalisedEvent(result.data)] };
  const faults = faultsOf(result.error);
  const [first] = faults;
  throw new PermanentError(
    'event.invalid',
    `The event is not valid: ${first?.pointer ?? ''} ${first?.message ?? ''}. Send it as the API's documentation describes it.`,
    { faults },
  );
}
