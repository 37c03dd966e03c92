import { Injectable } from '@nestjs/common';
import { type DomainEvent, type NormalisedEvent, PermanentError, type ShopFacts, toIso } from '#app/domain';
import { HoldOptIns } from '../consent/hold-opt-ins.js';
import { FactsReader } from '../facts/facts.repository.js';
import { FactsStore } from '../facts/facts-store.port.js';
import { HeedMessages } from '../feedback/heed-messages.js';
import type { StatusNews } from '../feedback/message-news.port.js';
import { askedOf, RecordAnswers, type Surveys } from '../feedback/record-answers.use-case.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import type { IncomingEvent } from './fold-batch.js';
import type { ClaimedBody } from './inbox.port.js';
import { SourceKinds } from './source-kind.js';
import { storable } from './storable-text.js';

type ReadBody = {
  readonly body: ClaimedBody;
  readonly events: readonly NormalisedEvent[];
  readonly statuses: readonly StatusNews[];
  readonly note: string | null;
};
export type OpenedBody = { readonly body: ClaimedBody; readonly note: string | null };
export type FaultyBody = { readonly body: ClaimedBody; readonly error: unknown };

export interface OpenedBodies {
  readonly shop: ShopFacts;
  readonly opened: readonly OpenedBody[];
  readonly faulty: readonly FaultyBody[];
  /** As claimed; happenings that can occur once only and were told of before are left out. */
  readonly events: readonly IncomingEvent[];
}

/** Turns claimed bodies into events, under the lock of the shop's intake. A body that can't be read stands aside; the others go on. */
@Injectable()
export class OpenBodies {
  constructor(
    private readonly kinds: SourceKinds,
    private readonly facts: FactsReader,
    private readonly store: FactsStore,
    private readonly answers: RecordAnswers,
    private readonly messages: HeedMessages,
    private readonly optIns: HoldOptIns,
  ) {}

  async open(tx: Transaction, claimed: readonly ClaimedBody[]): Promise<OpenedBodies> {
    // In one round trip and in this order: what follows the lock sees what those who held it before have done.
    const [, ours, shop, settings] = await Promise.all([
      this.store.lockIntake(tx),
      this.store.stillClaimed(tx, claimed),
      this.facts.shop(tx),
      this.store.sourceSettings(tx, [...new Set(claimed.map((body) => body.sourceId))]),
    ]);
    const bodies = claimed.filter((body) => ours.has(body.id));
    const faulty: FaultyBody[] = [];
    const read = bodies.flatMap((body) =>
      attempt(faulty, body, () => this.read(body, shop, settings.get(body.sourceId))),
    );
    const surveys = await this.answers.surveysOf(
      tx,
      read.flatMap(({ events }) => events),
    );
    const sound = read.flatMap((each) => attempt(faulty, each.body, () => refuseUnknownAnswers(each, surveys)));
    const { opened, events } = await this.withoutRepeated(tx, sound);
    const statuses = sound.flatMap((body) => body.statuses);
    const heard = await this.messages.run(tx, events, statuses);
    return { shop, faulty, opened, events: await this.optIns.run(tx, heard) };
  }

  private read(body: ClaimedBody, shop: ShopFacts, settings: unknown): ReadBody {
    const kind = this.kinds.find(body.kind);
    if (!kind)
      throw new PermanentError(
        'event.invalid',
        `No source kind '${body.kind}' is installed: add it, or drop this event.`,
      );
    const {
      events,
      ignored,
      statuses = [],
    } = kind.parse(
      { headers: body.headers, body: body.body },
      {
        settings: kind.settings.parse(settings ?? {}),
        receivedAt: body.receivedAt.getTime(),
        shopTimeZone: shop.timeZone,
        shopCurrency: shop.currency,
      },
    );
    const sound = events.map((event) => normalised(storable(event)));
    return { body, events: sound, statuses: storable(statuses), note: storable(ignored ?? null) };
  }

  private async withoutRepeated(
    tx: Transaction,
    sound: readonly ReadBody[],
  ): Promise<Pick<OpenedBodies, 'opened' | 'events'>> {
    const all = sound.flatMap(({ body, events }) =>
      events.map((event, index) => ({ event, incoming: toIncoming(body, event, index) })),
    );
    const claims = all.flatMap(({ event, incoming: { sourceId, inboxId } }) =>
      event.onceKey ? [{ sourceId, inboxId, key: event.onceKey }] : [],
    );
    const tellers = claims.length === 0 ? [] : await this.store.firstTellers(tx, claims);
    const told = new Set<string>();
    let claim = 0;
    const events = all.flatMap(({ event, incoming }) => {
      if (!event.onceKey) return [incoming];
      const isFirst = tellers[claim++] === incoming.inboxId;
      const key = `${incoming.sourceId}|${event.onceKey}`;
      if (!isFirst || told.has(key)) return [];
      told.add(key);
      return [incoming];
    });
    const fruitful = new Set(events.map(({ inboxId }) => inboxId));
    const opened = sound.map(({ body, events: found, note }) => ({
      body,
      note: note ?? (found.length > 0 && !fruitful.has(body.id) ? 'told before' : null),
    }));
    return { opened, events };
  }
}

function attempt<T>(faulty: FaultyBody[], body: ClaimedBody, work: () => T): T[] {
  try {
    return [work()];
  } catch (error) {
    faulty.push({ body, error });
    return [];
  }
}

function refuseUnknownAnswers(read: ReadBody, surveys: Surveys): ReadBody {
  for (const event of read.events) if (event.type === 'survey.answered') askedOf(event.data, surveys);
  return read;
}

/** Addresses compare in lower case. */
function normalised(event: NormalisedEvent): NormalisedEvent {
  const email = event.customer?.email;
  if (email === undefined) return event;
  return { ...event, customer: { ...event.customer, email: email.trim().toLowerCase() || undefined } };
}

function toIncoming(body: ClaimedBody, { onceKey: _onceKey, ...event }: NormalisedEvent, index: number): IncomingEvent {
  const receivedAt = toIso(body.receivedAt.getTime());
  return {
    event: { ...event, id: `${body.id}-${index}`, receivedAt } as DomainEvent,
    inboxId: body.id,
    ordinal: index,
    sourceId: body.sourceId,
  };
}
