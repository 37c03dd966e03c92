import { Injectable } from '@nestjs/common';
import { factsView, toIso } from '#app/domain';
import { ComposeMessage } from '../delivery/compose-message.js';
import { rankOf } from '../delivery/ranked-message.js';
import { partsOf } from '../delivery/sms-parts.js';
import type { JourneyInForce } from '../journeys/runtime/journey-plans.js';
import { IdPort } from '../ports/id.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import { LookUpSnippets } from '../snippets/look-up-snippets.js';
import type { SnippetBook } from '../snippets/snippet-book.js';
import type { BacktestSample } from './backtest-report.js';
import type { RehearsedMessage } from './journey-rehearsal.js';

/** Nobody follows links of a sample. */
const UNTRACKED = { track: false, utmHosts: [] };

/** Renders rehearsed messages as they would have gone. Their links lead nowhere: no token of theirs is stored. */
@Injectable()
export class SampleMessages {
  constructor(
    private readonly compose: ComposeMessage,
    private readonly ids: IdPort,
    private readonly snippets: LookUpSnippets,
  ) {}

  /** With the snippets of today. */
  async render(
    tx: Transaction,
    journey: JourneyInForce,
    fromName: string,
    messages: readonly RehearsedMessage[],
  ): Promise<BacktestSample[]> {
    const snippets = await this.snippetsOf(tx, journey, messages);
    return messages.map((message) => {
      const { send, medium, at } = message;
      const { content, error } = this.composed(journey, { fromName, snippets }, message);
      return {
        customer: send.snapshot.customerId,
        order: send.snapshot.order?.id ?? null,
        step: send.effect.step,
        medium,
        at: toIso(at),
        subject: content?.subject ?? null,
        text: content?.text ?? null,
        html: content?.html ?? null,
        problem: error?.text ?? null,
      };
    });
  }

  /** In how many parts SMS would go, all together; those that can't be rendered in none. */
  async segments(
    tx: Transaction,
    journey: JourneyInForce,
    fromName: string,
    messages: readonly RehearsedMessage[],
  ): Promise<number> {
    const snippets = await this.snippetsOf(tx, journey, messages);
    return messages
      .map((message) => partsOf(this.composed(journey, { fromName, snippets }, message).content?.text ?? '').parts)
      .reduce((sum, parts) => sum + parts, 0);
  }

  private snippetsOf(
    tx: Transaction,
    { version }: JourneyInForce,
    messages: readonly RehearsedMessage[],
  ): Promise<SnippetBook> {
    return this.snippets.run(
      tx,
      messages.map(({ send: { effect, snapshot } }) => ({
        template: version.templates[effect.template],
        variables: () => factsView(snapshot),
      })),
    );
  }

  private composed(
    { version }: JourneyInForce,
    { fromName, snippets }: { readonly fromName: string; readonly snippets: SnippetBook },
    { send, medium, at }: RehearsedMessage,
  ) {
    const { effect, snapshot, entry } = send;
    const message = {
      id: this.ids.next(),
      epoch: 0,
      attempts: 1,
      claimsLost: 0,
      isRetry: false,
      key: '',
      versionId: version.id,
      runId: '',
      customerId: snapshot.customerId,
      orderId: null,
      medium,
      class: effect.class,
      template: effect.template,
      survey: effect.survey,
      context: { event: { ...entry }, settings: version.document.settings },
      dueAt: effect.dueAt,
      expiresAt: effect.usefulUntil,
      now: at,
    };
    return this.compose.run(
      rankOf(message, version),
      { fromName, sender: null, tracking: UNTRACKED, snippets },
      version,
      snapshot,
    );
  }
}
