import { Injectable } from '@nestjs/common';
import { toIso } from '#app/domain';
import { ComposeMessage } from '../delivery/compose-message.js';
import { rankOf } from '../delivery/ranked-message.js';
import { partsOf } from '../delivery/sms-parts.js';
import type { JourneyInForce } from '../journeys/runtime/journey-plans.js';
import { IdPort } from '../ports/id.port.js';
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
  ) {}

  render(journey: JourneyInForce, fromName: string, messages: readonly RehearsedMessage[]): BacktestSample[] {
    return messages.map((message) => {
      const { send, medium, at } = message;
      const { content, error } = this.composed(journey, fromName, message);
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

  /** In how many parts an SMS would go; 0 for one that can't be rendered. */
  segments(journey: JourneyInForce, fromName: string, message: RehearsedMessage): number {
    return partsOf(this.composed(journey, fromName, message).content?.text ?? '').parts;
  }

  private composed({ version }: JourneyInForce, fromName: string, { send, medium, at }: RehearsedMessage) {
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
      { fromName, sender: null, tracking: UNTRACKED },
      version,
      snapshot,
    );
  }
}
