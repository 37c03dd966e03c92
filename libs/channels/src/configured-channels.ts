import { type Channel, Channels } from '#app/application';
import type { Medium } from '#app/domain';
import { capture } from './capture/capture.channel.js';
import { emailSmtp } from './email-smtp/email-smtp.channel.js';
import { smsTwilio } from './sms-twilio/sms-twilio.channel.js';

export interface ChannelSettings {
  /** SMTP_URL; without it e-mail is captured. */
  readonly smtpUrl?: string | undefined;
  /** MAIL_FROM; needed with SMTP_URL. */
  readonly mailFrom?: string | undefined;
  /** TWILIO_…; without it text messages are captured. */
  readonly twilio?:
    | {
        readonly accountSid: string;
        readonly authToken: string;
        readonly from: string;
        readonly baseUrl?: string | undefined;
      }
    | undefined;
}

/** The channels that the settings ask for: SMTP and Twilio where they are configured, capture elsewhere. */
export class ConfiguredChannels extends Channels {
  private readonly byMedium: Readonly<Record<Medium, Channel>>;

  /** @throws PermanentError `configuration` when a setting is wrong */
  constructor({ smtpUrl, mailFrom, twilio }: ChannelSettings) {
    super();
    this.byMedium = {
      email:
        smtpUrl === undefined
          ? capture.create({}, 'email')
          : emailSmtp.create({ url: smtpUrl, from: mailFrom ?? '' }, 'email'),
      sms: twilio === undefined ? capture.create({}, 'sms') : smsTwilio.create(twilio, 'sms'),
    };
  }

  forMedium(medium: Medium): Channel {
    return this.byMedium[medium];
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.byMedium).map((channel) => channel.close()));
  }
}
