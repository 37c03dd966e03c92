import { type Channel, type ChannelKindInfo, Channels } from '#app/application';
import { type Fault, type Json, type Medium, PermanentError } from '#app/domain';
import { capture } from './capture/capture.channel.js';
import { emailSmtp } from './email-smtp/email-smtp.channel.js';
import type { AccountPolicy, ChannelKind } from './channel-kind.js';
import { channelKinds } from './registry.js';
import { smsTwilio } from './sms-twilio/sms-twilio.channel.js';
import { whatsappTwilio } from './whatsapp-twilio/whatsapp-twilio.channel.js';

export interface ChannelSettings {
  /** Of the accounts of shops. */
  readonly accounts?: AccountPolicy | undefined;
  /** SMTP_URL; without it e-mail is captured. */
  readonly smtpUrl?: string | undefined;
  /** MAIL_FROM; needed with SMTP_URL. */
  readonly mailFrom?: string | undefined;
  /** TWILIO_…; text messages and those on WhatsApp that have no sender are captured. */
  readonly twilio?:
    | {
        readonly accountSid: string;
        readonly authToken: string;
        readonly from?: string | undefined;
        readonly whatsappFrom?: string | undefined;
        readonly baseUrl?: string | undefined;
        readonly callbackUrl?: string | undefined;
      }
    | undefined;
}

/** The channels that the settings ask for: SMTP and Twilio where they are configured, capture elsewhere. */
export class ConfiguredChannels extends Channels {
  private readonly accounts: AccountPolicy;
  private readonly byMedium: Readonly<Record<Medium, Channel>>;

  /** @throws PermanentError `configuration` when a setting is wrong */
  constructor({ smtpUrl, mailFrom, twilio, accounts = { allowLoopback: false } }: ChannelSettings) {
    super();
    this.accounts = accounts;
    this.byMedium = {
      email:
        smtpUrl === undefined
          ? capture.create({}, 'email', null)
          : emailSmtp.create({ url: smtpUrl, from: mailFrom ?? '' }, 'email', null),
      sms: fromTwilio('sms', smsTwilio, twilio, twilio?.from),
      whatsapp: fromTwilio('whatsapp', whatsappTwilio, twilio, twilio?.whatsappFrom),
    };
  }

  forMedium(medium: Medium): Channel {
    return this.byMedium[medium];
  }

  open(code: string, settings: Json, medium: Medium): Channel {
    return kindOf(code).create(settings, medium, this.accounts);
  }

  secretOf(code: string, settings: Json, source: string): string | undefined {
    return kindOf(code).secretOf(settings, source);
  }

  kinds(): readonly ChannelKindInfo[] {
    return channelKinds.flatMap(({ info }) => info ?? []);
  }

  faultsOf(code: string, settings: Json, medium: Medium): readonly Fault[] {
    const kind = channelKinds.find((known) => known.code === code);
    if (!kind?.info || !kind.media.includes(medium)) {
      const codes = channelKinds.filter(({ info, media }) => info && media.includes(medium)).map((known) => known.code);
      const message = `There is no channel "${code}" for ${medium}; choose one of ${codes.join(', ')}.`;
      return [{ pointer: '/channel', code: 'unknown', message }];
    }
    return kind.faultsOf(settings).map((fault) => ({ ...fault, pointer: `/settings${fault.pointer}` }));
  }

  outline(code: string, settings: Json): string {
    return kindOf(code).outline(settings);
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.byMedium).map((channel) => channel.close()));
  }
}

function fromTwilio(
  medium: Medium,
  kind: ChannelKind,
  twilio: ChannelSettings['twilio'],
  from: string | undefined,
): Channel {
  if (!twilio || from === undefined) return capture.create({}, medium, null);
  const { accountSid, authToken, baseUrl, callbackUrl } = twilio;
  return kind.create({ accountSid, authToken, baseUrl, callbackUrl, from }, medium, null);
}

function kindOf(code: string): ChannelKind {
  const kind = channelKinds.find((known) => known.code === code);
  if (!kind) throw new PermanentError('configuration', `There is no channel "${code}".`);
  return kind;
}
