import { classifySmtp, enhancedCode } from './classify-smtp.js';

type Row = [
  situation: string,
  nodemailerCode: string,
  reply: string | null,
  phase354: boolean,
  outcome: string,
  suppress: string | null,
];

const rows: Row[] = [
  ['421 greeting', 'EPROTOCOL', '421 busy', false, 'provider_down', null],
  ['450 greeting', 'EPROTOCOL', '450 later', false, 'provider_down', null],
  ['554 greeting: our address is refused', 'EPROTOCOL', '554 no', false, 'provider_down', null],
  ['421 at MAIL', 'EENVELOPE', '421 4.3.2 going down', false, 'provider_down', null],
  ['550 at MAIL', 'EENVELOPE', '550 sender refused', false, 'permanent', null],
  ['550 5.1.0 at MAIL', 'EENVELOPE', '550 5.1.0 sender refused', false, 'permanent', null],
  ['no banner', 'ETIMEDOUT', null, false, 'transient', null],
  ['dropped at connect', 'ECONNECTION', null, false, 'transient', null],
  ['connection refused', 'ESOCKET', null, false, 'transient', null],
  ['dropped after RCPT or on DATA', 'ECONNECTION', null, false, 'transient', null],
  ['host without address', 'EDNS', null, false, 'provider_down', null],
  ['TLS fails', 'ETLS', null, false, 'provider_down', null],
  ['greylisted', 'EENVELOPE', '450 4.2.0 greylisted', false, 'transient', null],
  ['451 at RCPT', 'EENVELOPE', '451 4.7.1 later', false, 'transient', null],
  ['452 at MAIL', 'EENVELOPE', '452 4.5.3 too many', false, 'transient', null],
  ['550 5.1.1', 'EENVELOPE', '550 5.1.1 unknown', false, 'permanent', 'recipient'],
  ['550 5.1.0', 'EENVELOPE', '550 5.1.0 rejected', false, 'permanent', 'recipient'],
  ['551 5.1.6', 'EENVELOPE', '551 5.1.6 moved', false, 'permanent', 'recipient'],
  ['556 5.1.10', 'EENVELOPE', '556 5.1.10 null MX', false, 'permanent', 'recipient'],
  ['553 without enhanced code', 'EENVELOPE', '553 not allowed', false, 'permanent', 'recipient'],
  ['552 5.2.2 mailbox full', 'EENVELOPE', '552 5.2.2 full', false, 'transient', null],
  ['550 5.2.1 mailbox disabled', 'EENVELOPE', '550 5.2.1 disabled', false, 'transient', null],
  ['550 5.7.1 at RCPT', 'EENVELOPE', '550 5.7.1 policy', false, 'permanent', null],
  ['554 5.7.1 after the dot', 'EMESSAGE', '554 5.7.1 spam', true, 'permanent', null],
  ['535 login refused', 'EAUTH', '535 5.7.8 bad', false, 'provider_down', null],
  ['530 login needed', 'EENVELOPE', '530 5.7.0 authenticate', false, 'provider_down', null],
  ['451 after the dot', 'EMESSAGE', '451 4.3.0 later', true, 'transient', null],
  ['552 5.3.4 after the dot', 'EMESSAGE', '552 5.3.4 too big', true, 'permanent', null],
  ['554 5.6.0 after the dot', 'EMESSAGE', '554 5.6.0 content', true, 'permanent', null],
  ['550 after the dot', 'EMESSAGE', '550 no', true, 'permanent', null],
  ['dropped after the dot', 'ECONNECTION', null, true, 'unknown', null],
  ['hang after the dot', 'ETIMEDOUT', null, true, 'unknown', null],
  ['reset in the body', 'ESOCKET', null, true, 'unknown', null],
  ['garbage after the dot', 'EMESSAGE', null, true, 'unknown', null],
  ['3xx after the dot', 'EMESSAGE', '399 what', true, 'unknown', null],
  ['refused by nodemailer itself', 'EENVELOPE', null, false, 'permanent', null],
];

/** RCPT unless the row says something else. */
const commandIn = (situation: string): string =>
  /at MAIL/.test(situation) ? 'MAIL FROM' : /dot/.test(situation) ? 'DATA' : 'RCPT TO';

describe('classifySmtp', () => {
  it.each(rows)('%s', (situation, nodemailerCode, reply, phase354, outcome, suppress) => {
    const responseCode = reply === null ? null : Number(reply.slice(0, 3));
    const enhanced = reply === null ? null : enhancedCode(reply);
    expect(classifySmtp({ phase354, responseCode, enhanced, nodemailerCode, command: commandIn(situation) })).toEqual({
      outcome,
      ...(suppress && { suppress }),
    });
  });
});
