import { Injectable } from '@nestjs/common';
import type { Letterhead, SurveyScale } from '#app/domain';
import { chooseLocale } from '../delivery/choose-locale.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { FindLink, noSuchLink } from './find-link.js';
import { type EarlierAnswer, LinkStore } from './link-store.port.js';

/** What the survey page shows. */
export interface SurveyPage {
  readonly shopName: string;
  readonly letterhead: Letterhead;
  readonly survey: string;
  readonly metric: 'nps' | 'csat' | 'ces';
  readonly scale: SurveyScale;
  /** BCP 47: the language of question and anchors. */
  readonly locale: string;
  readonly question: string;
  /** Words at both ends of the scale: that of the least value first. */
  readonly anchors: readonly [string, string] | null;
  /** Null while nothing was answered. */
  readonly answer: EarlierAnswer | null;
}

/** Reads what a survey link asks. Records nothing: scanners and previews open links as well. */
@Injectable()
export class OpenSurveyLink {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly links: LinkStore,
    private readonly find: FindLink,
  ) {}

  /** @throws PermanentError `not_found`, `gone` */
  async run(token: string): Promise<SurveyPage> {
    const link = await this.find.run(token, 'survey');
    return this.uow.inShop(link.shopId, async (tx) => {
      const message = await this.links.message(tx, link.messageId, false);
      if (!message?.survey) throw noSuchLink();
      const { survey, customer, shopLocale, shopName, letterhead } = message;
      const locale = chooseLocale(Object.keys(survey.question), [customer.locale, shopLocale]) ?? shopLocale;
      return {
        shopName,
        letterhead,
        survey: survey.key,
        metric: survey.metric,
        scale: survey.scale,
        locale,
        question: survey.question[locale] ?? '',
        anchors: survey.anchors[locale] ?? null,
        answer: (await this.links.answer(tx, link.hash)) ?? null,
      };
    });
  }
}
