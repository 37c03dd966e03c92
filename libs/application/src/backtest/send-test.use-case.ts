import { Injectable } from '@nestjs/common';
import { type Medium, PermanentError } from '#app/domain';
import { Routes } from '../accounts/routes.js';
import type { Channel, HandOverResult } from '../delivery/channel.js';
import { contentFor } from '../delivery/content-for.js';
import { type JudgedApproval, judgeApproval } from './judge-approval.js';
import type { PricedText } from '../delivery/text-settings.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { PreviewMessages, type PreviewedMessage, type PreviewRequest } from './preview-messages.use-case.js';
import { type TestLetter, TestLetters } from './test-letters.js';
import { TestRecipients } from './test-recipients.js';

interface TestRequest extends PreviewRequest {
  readonly step: string;
  readonly medium: Medium;
  readonly to: string;
}

interface SentTest extends Pick<HandOverResult, 'outcome' | 'code' | 'detail'> {
  readonly journey: string;
  readonly version: number;
  readonly step: string;
  readonly template: string;
  readonly locale: string | null;
  readonly channel: string;
  readonly subject: string | null;
  readonly text: string;
  readonly html: string | null;
  readonly sms: PricedText | null;
  /** Of approved words, where the provider could be asked. */
  readonly approval: JudgedApproval | null;
}

/** Sends a message of a journey to somebody of the team, by the channel that customers get theirs by. It leaves no message behind. */
@Injectable()
export class SendTest {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly previews: PreviewMessages,
    private readonly routes: Routes,
    private readonly recipients: TestRecipients,
    private readonly letters: TestLetters,
  ) {}

  /** @throws PermanentError `forbidden` for an address that gets no tests, `not_found`, or `template.render` */
  async run(shopId: string, request: TestRequest): Promise<SentTest> {
    const { key, step, medium, to } = request;
    const channel = await this.channelFor(shopId, medium);
    await this.unitOfWork.inShop(shopId, (tx) => this.recipients.check(tx, channel, to));
    const { version, class: messageClass, messages } = await this.previews.run(shopId, request);
    const letter = contentOf(messages, medium, step);
    const { outbound, sms } = await this.unitOfWork.inShop(shopId, async (tx) => {
      const written = await this.letters.write(tx, letter, { medium, to });
      return { outbound: written, sms: await this.letters.price(tx, written) };
    });
    const { outcome, code, detail } = await channel.send(outbound);
    const approval = letter.approved ? await channel.approvalOf?.(letter.approved.sid) : null;
    const note = { step, version, medium, channel: channel.code, outcome };
    await this.unitOfWork.inShop(shopId, (tx) => this.recipients.note(tx, key, note));
    const { template, locale } = letter;
    const { subject, text, html } = outbound;
    return {
      journey: key,
      version,
      step,
      template,
      locale,
      channel: channel.code,
      outcome,
      code,
      detail,
      subject,
      text,
      html,
      sms,
      approval: approval ? judgeApproval(approval, messageClass) : null,
    };
  }

  private async channelFor(shopId: string, medium: Medium): Promise<Channel> {
    const own = (await this.routes.ofShops(medium)).get(shopId);
    if (own === undefined) return this.routes.usual(medium).channel;
    const [route] = own;
    if (route) return route.channel;
    throw new PermanentError('conflict', `None of the shop's accounts for ${medium} can be used. Mend or resume one.`);
  }
}

function contentOf(messages: readonly PreviewedMessage[], medium: Medium, step: string): TestLetter {
  const message = messages.find(({ channels }) => channels.includes(medium));
  if (!message) throw new PermanentError('not_found', `The step "${step}" sends nothing by ${medium}.`);
  const { template, locale, problem } = message;
  if (problem !== null) throw new PermanentError('template.render', problem);
  const content = contentFor(medium, message);
  if (content) return { template, locale, ...content };
  throw new PermanentError(
    'not_found',
    `The template "${template}" has no words for ${medium} in ${locale ?? 'any language'}.`,
  );
}
