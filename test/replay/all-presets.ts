import type { AfterglowClient } from '../support/afterglow-client.js';
import { type Account, accountOf, COUNTED, type CountedStep, type ListedMessage, type ListedRun } from './accounts.js';
import type { ExpectedOrder } from './compare.js';
import type { Chosen } from './drive.js';
import { type Answer, type Breach, type Contact, findBreaches, type Lives } from './contacts.js';
import { emailOf, type ReplayData } from './orders.js';
import { cancelledAt } from './stream.js';

export interface PresetsReport {
  title: string;
  presets: string[];
  /** Messages by journey, and what became of them */
  messages: Record<string, Record<string, number>>;
  accounts: Account[];
  breaches: Breach[];
  seconds: number;
}

/** Every preset with the settings that it comes with. */
export async function presetsThatShip(client: AfterglowClient): Promise<Chosen> {
  const presets = await client.list<{ key: string }>('/api/v1/presets');
  return Object.fromEntries(presets.map(({ key }) => [key, {}]));
}

/** What every preset together has done to the people of the tables, judged from outside. */
export async function judgePresets(
  client: AfterglowClient,
  data: ReplayData,
  expected: readonly ExpectedOrder[],
): Promise<Pick<PresetsReport, 'messages' | 'accounts' | 'breaches'>> {
  const names = new Map(data.orders.map(({ id, name }) => [String(id), name]));
  const named = <T extends { order: string | null }>(listed: T[]): T[] =>
    listed.map((item) => ({ ...item, order: item.order === null ? null : (names.get(item.order) ?? item.order) }));
  const messages = named(await client.list<ListedMessage & { to: string }>('/api/v1/messages'));
  const accounts: Account[] = [];
  for (const counted of COUNTED) {
    const runs = named(await client.list<ListedRun>(`/api/v1/runs?journey=${counted.journey}`));
    const { steps } = await client.get<{ steps: CountedStep[] }>(`/api/v1/journeys/${counted.journey}/funnel`);
    accounts.push(accountOf(counted, expected, { messages, runs, funnel: steps }));
  }
  return { messages: tallied(messages), accounts, breaches: findBreaches(contactsOf(messages, data), livesOf(data)) };
}

/** Whose mail it is, by its address. */
function contactsOf(messages: readonly (ListedMessage & { to: string | null })[], { orders }: ReplayData): Contact[] {
  const people = new Map(orders.map(({ person }) => [emailOf(person), person]));
  return messages.flatMap(({ sentAt, to, ...message }) => {
    if (sentAt === null) return [];
    return [{ ...message, person: people.get(to ?? '') ?? message.customer, at: Date.parse(sentAt) }];
  });
}

export function livesOf({ orders, answers }: ReplayData): Lives {
  const names = new Map(orders.map(({ id, name }) => [id, name]));
  const byPerson = new Map<string, Answer[]>();
  for (const { person, orderId, at } of answers) {
    const given = { order: names.get(orderId) ?? '', at };
    byPerson.set(person, [...(byPerson.get(person) ?? []), given]);
  }
  const cancelled = orders.flatMap((order) => {
    const at = cancelledAt(order);
    return at === null ? [] : [[order.name, at] as const];
  });
  return { answers: byPerson, cancelled: new Map(cancelled) };
}

function tallied(messages: readonly ListedMessage[]): Record<string, Record<string, number>> {
  const tally: Record<string, Record<string, number>> = {};
  for (const { journey, state, reason } of messages) {
    const counts = (tally[journey] ??= {});
    const key = reason === null ? state : `${state}: ${reason}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return tally;
}
