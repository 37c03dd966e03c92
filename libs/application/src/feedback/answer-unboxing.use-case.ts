import { Injectable } from '@nestjs/common';
import type { Letterhead, ShopFacts, SurveyScale } from '#app/domain';
import { ClockPort } from '../ports/clock.port.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import { Shops } from '../shops/shops.repository.js';
import { type LinkAnswer, refuseSubmission, refuseScore, wordsOf } from './answer-survey-link.use-case.js';
import { LinkEvents } from './link-events.js';
import { LinkStore } from './link-store.port.js';
import { refOf } from './person-ref.js';
import { UnboxingLinks } from './unboxing-links.js';

export const UNBOXING_SCALE: SurveyScale = { min: 1, max: 5, polarity: 'higher-better', topK: 2 };
const SURVEY = 'unboxing';
const CHANNEL = 'qr';

export interface UnboxingAnswer extends LinkAnswer {
  /** Number and address of an order. Both or none; they count only where they belong together. */
  readonly order?: string | undefined;
  readonly email?: string | undefined;
}

/** Key of the survey, by which scores tell products apart. */
export function unboxingSurvey(product: string | null): string {
  return product === null ? SURVEY : `${SURVEY}:${product}`;
}

export type UnboxingShop = ShopFacts & { readonly letterhead: Letterhead };

/** Takes what people say of packing and parcel by a code on a slip: of nobody, unless they tell which order it was. */
@Injectable()
export class AnswerUnboxing {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly unboxing: UnboxingLinks,
    private readonly links: LinkStore,
    private readonly shops: Shops,
    private readonly events: LinkEvents,
    private readonly clock: ClockPort,
  ) {}

  /**
   * The shop that asks. Records nothing.
   * @throws PermanentError `not_found`
   */
  open(code: string): Promise<UnboxingShop> {
    const { shopId } = this.unboxing.placeOf(code);
    return this.uow.inShop(shopId, async (tx) => ({
      ...(await this.shops.read(tx)),
      letterhead: await this.shops.letterhead(tx),
    }));
  }

  /** @throws PermanentError `not_found`, `validation` */
  async run(code: string, answer: UnboxingAnswer): Promise<void> {
    const { shopId, product } = this.unboxing.placeOf(code);
    refuseSubmission(answer.submission);
    refuseScore(answer.score, UNBOXING_SCALE);
    const survey = unboxingSurvey(product);
    await this.uow.inShop(shopId, (tx) => this.store(tx, { shopId, survey }, answer));
    this.events.hint();
  }

  private async store(
    tx: Transaction,
    { shopId, survey }: { readonly shopId: string; readonly survey: string },
    answer: UnboxingAnswer,
  ): Promise<void> {
    const { score, comment, submission } = answer;
    const order = await this.orderOf(tx, answer);
    const words = wordsOf(comment);
    const use = `${SURVEY}:${submission}`;
    const data = {
      survey,
      score,
      ...(words && { comment: words }),
      metric: 'csat',
      scale: UNBOXING_SCALE,
      // of several answers to one parcel the last one counts
      instanceId: order ? `${survey}:${order.externalId}` : use,
      channel: CHANNEL,
    };
    const whose = order ? { customer: refOf(order.customer), order: { externalId: order.externalId } } : {};
    const event = { type: 'survey.answered' as const, at: await this.clock.now(tx), data, ...whose };
    await this.events.put(tx, shopId, use, event);
  }

  private async orderOf(tx: Transaction, { order, email }: UnboxingAnswer) {
    if (!order?.trim() || !email?.trim()) return undefined;
    return this.links.order(tx, { order: order.trim().replace(/^#/, ''), email: email.trim().toLowerCase() });
  }
}
