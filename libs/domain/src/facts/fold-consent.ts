import type { ConsentChange, DomainEvent } from '../event/event.js';
import type { OptionalClass } from '../consent/message-class.js';
import type { ConsentChoices, ConsentFact, ConsentStatement, CustomerFacts } from './facts.js';

type Consents = CustomerFacts['consents'];
type Kind = keyof ConsentFact['statements'];
const KINDS: readonly Kind[] = ['out', 'in', 'evidence', 'pending'];

/** Consent after one more event. Each kind of statement keeps its newest; the state follows from those, so order of arrival is irrelevant. */
export function foldConsents(consents: Consents, event: DomainEvent, stamp: string): Consents {
  if (event.type === 'consent.changed') {
    const { channel, state, level, proof, classes } = event.data;
    if (classes) return consents;
    return withStatement(consents, channel, kindOf(state, level), {
      at: event.occurredAt,
      level,
      proof: proof ?? null,
      stamp,
    });
  }
  if (event.type !== 'order.placed') return consents;
  const proof = `order ${event.order?.externalId ?? event.id}`;
  return (event.data.consents ?? []).reduce(
    (known, { channel }) =>
      withStatement(known, channel, 'evidence', { at: event.occurredAt, level: 'evidence', proof, stamp }),
    consents,
  );
}

export function mergeConsents(a: Consents, b: Consents): Consents {
  let merged = a;
  for (const [channel, consent] of Object.entries(b)) {
    for (const kind of KINDS) {
      const statement = consent.statements[kind];
      if (statement) merged = withStatement(merged, channel as ConsentChange['channel'], kind, statement);
    }
  }
  return merged;
}

/** Words on single classes after one more event. What waits to be confirmed, and what an order lets suppose, changes none. */
export function foldChoices(
  choices: ConsentChoices | undefined,
  event: DomainEvent,
  stamp: string,
): ConsentChoices | undefined {
  if (event.type !== 'consent.changed' || event.data.state === 'pending' || event.data.level === 'evidence')
    return choices;
  const { channel, state, level, proof, classes = [] } = event.data;
  const kind = state === 'opted_in' ? 'in' : 'out';
  const statement = { at: event.occurredAt, level, proof: proof ?? null, stamp };
  return classes.reduce((known, each) => withChoice(known, { channel, class: each, kind }, statement), choices);
}

export function mergeChoices(a: ConsentChoices | undefined, b: ConsentChoices | undefined): ConsentChoices | undefined {
  let merged = a;
  for (const [channel, classes] of Object.entries(b ?? {}))
    for (const [name, statements] of Object.entries(classes))
      for (const [kind, statement] of Object.entries(statements))
        merged = withChoice(merged, { channel, class: name, kind } as ChoicePlace, statement);
  return merged;
}

interface ChoicePlace {
  readonly channel: ConsentChange['channel'];
  readonly class: OptionalClass;
  readonly kind: 'in' | 'out';
}

function withChoice(
  choices: ConsentChoices | undefined,
  { channel, class: name, kind }: ChoicePlace,
  statement: ConsentStatement,
): ConsentChoices | undefined {
  const ofChannel = choices?.[channel];
  const known = ofChannel?.[name];
  const previous = known?.[kind];
  if (previous && previous.stamp >= statement.stamp) return choices;
  return { ...choices, [channel]: { ...ofChannel, [name]: { ...known, [kind]: statement } } };
}

function kindOf(state: ConsentChange['state'], level: ConsentChange['level']): Kind {
  if (state === 'opted_out') return 'out';
  if (state === 'pending') return 'pending';
  return level === 'evidence' ? 'evidence' : 'in';
}

function withStatement(
  consents: Consents,
  channel: ConsentChange['channel'],
  kind: Kind,
  statement: ConsentStatement,
): Consents {
  const known = consents[channel]?.statements ?? {};
  const previous = known[kind];
  if (previous && previous.stamp >= statement.stamp) return consents;
  return { ...consents, [channel]: conclude({ ...known, [kind]: statement }) };
}

/**
 * An outright opt-in stands against an older opt-out; said at the same instant, the opt-out stands. Evidence from an order stands only where nobody ever opted out:
 * it overturns neither a newer nor a firmer statement.
 */
function conclude(statements: ConsentFact['statements']): ConsentFact {
  const { out, in: optIn, evidence, pending } = statements;
  const verdict = (state: ConsentFact['state'], by: ConsentStatement): ConsentFact => ({
    state,
    at: by.at,
    proof: by.proof,
    statements,
  });
  if (optIn && (!out || optIn.at > out.at)) return verdict('opted_in', optIn);
  if (out) return verdict('opted_out', out);
  if (evidence) return verdict('opted_in', evidence);
  return verdict('pending', pending as ConsentStatement);
}
