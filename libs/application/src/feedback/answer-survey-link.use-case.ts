import { Injectable } from '@nestjs/common';
import { PermanentError, type SurveyScale } from '#app/domain';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import { FindLink, noSuchLink, type OpenLink } from './find-link.js';
import { LinkEvents } from './link-events.js';
import { LinkStore } from './link-store.port.js';

const MAX_COMMENT_CHARS = 5_000;
const SUBMISSION = /^[\w-]{1,64}$/;

export interface LinkAnswer {
  readonly score: number;
  readonly comment?: string | undefined;
  /** Made by the page each time it is shown (1 to 64 of letters, digits, `-`, `_`): a form that is sent twice is one answer. */
  readonly submission: string;
}

/** Takes an answer given through a survey link, as an event like any other. */
@Injectable()
export class AnswerSurveyLink {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly links: LinkStore,
    private readonly find: FindLink,
    private readonly events: LinkEvents,
  ) {}

  /** @throws PermanentError `not_found`, `gone`, `validation` */
  async run(token: string, answer: LinkAnswer): Promise<{ readonly eventId: string }> {
    const link = await this.find.run(token, 'survey');
    refuseSubmission(answer.submission);
    const eventId = await this.uow.inShop(link.shopId, (tx) => this.store(tx, link, answer));
    this.events.hint();
    return { eventId };
  }

  private async store(tx: Transaction, link: OpenLink, { score, comment, submission }: LinkAnswer): Promise<string> {
    const message = await this.links.message(tx, link.messageId, false);
    if (!message?.survey) throw noSuchLink();
    const { key: survey, metric, scale } = message.survey;
    refuseScore(score, scale);
    const words = wordsOf(comment);
    const data = {
      survey,
      score,
      ...(words && { comment: words }),
      metric,
      scale,
      instanceId: link.hash,
      messageId: link.messageId,
      channel: message.medium,
    };
    return this.events.store(tx, link, message, {
      type: 'survey.answered',
      use: submission,
      at: message.now,
      data,
      withOrder: true,
    });
  }
}

export function wordsOf(comment: string | undefined): string | undefined {
  return comment?.trim().slice(0, MAX_COMMENT_CHARS);
}

export function refuseSubmission(submission: string): void {
  if (SUBMISSION.test(submission)) return;
  throw new PermanentError(
    'validation',
    'The submission must be 1 to 64 letters, digits, dashes or underscores. Open the link again.',
  );
}

export function refuseScore(score: number, { min, max }: SurveyScale): void {
  if (Number.isInteger(score) && score >= min && score <= max) return;
  throw new PermanentError('validation', `Choose a whole number from ${min} to ${max}.`, {
    faults: [{ pointer: '/score', code: 'out_of_scale', message: `must be a whole number from ${min} to ${max}` }],
  });
}
