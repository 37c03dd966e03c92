import { capture } from './capture/capture.channel.js';
import type { ChannelKind } from './channel-kind.js';
import { emailSmtp } from './email-smtp/email-smtp.channel.js';
import { smsTwilio } from './sms-twilio/sms-twilio.channel.js';
import { whatsappTwilio } from './whatsapp-twilio/whatsapp-twilio.channel.js';

/** Every channel there is: one line per folder. */
export const channelKinds: readonly ChannelKind[] = [capture, emailSmtp, smsTwilio, whatsappTwilio];
