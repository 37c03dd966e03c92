/** What comes back, in the forms in which mail servers and people write it; `TO` stands for the address that it goes to. */
export interface InboundMail {
  readonly title: string;
  /** Of the envelope. */
  readonly from: string;
  readonly raw: string;
}

const crlf = (text: string): string => text.trimStart().replaceAll('\n', '\r\n');
const BOUNDARY = 'part-4711';

export interface DeliveryStatus {
  readonly title?: string;
  readonly status?: string;
  readonly diagnostic?: string;
  readonly action?: string;
}

/** As Postfix, Exim 4.86+, Exchange and the big providers report (RFC 3464). */
export function deliveryStatus({
  title = 'a report',
  status,
  diagnostic,
  action = 'failed',
}: DeliveryStatus): InboundMail {
  return {
    title,
    from: '',
    raw: crlf(`
From: Mail Delivery System <MAILER-DAEMON@mx.mail.example>
To: TO
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="${BOUNDARY}"

--${BOUNDARY}
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

The mail system could not deliver what you wrote.

--${BOUNDARY}
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.mail.example
Arrival-Date: Tue, 10 Mar 2026 12:00:00 +0000

Final-Recipient: rfc822; ada@mail.example
Original-Recipient: rfc822;ada@mail.example
Action: ${action}
${status === undefined ? '' : `Status: ${status}\n`}Remote-MTA: dns; mx2.mail.example
${diagnostic === undefined ? '' : `Diagnostic-Code: smtp; ${diagnostic}\n`}
--${BOUNDARY}
Content-Description: Undelivered Message
Content-Type: message/rfc822

From: Shop <hello@birch.example>
Subject: Thank you

Thank you for your order.
--${BOUNDARY}--
`),
  };
}

export function plainMail(
  headers: Readonly<Record<string, string>>,
  text: string,
  from = 'ada@mail.example',
): InboundMail {
  const all = {
    From: `Ada <${from || 'MAILER-DAEMON@mx.example'}>`,
    To: 'TO',
    'Content-Type': 'text/plain; charset=utf-8',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return { title: headers['Subject'] ?? 'a mail', from, raw: crlf(`${lines.join('\n')}\n\n${text}\n`) };
}

/** RFC 5965. `enclosed`: headers of the mail that is complained about. */
export function complaint(kind: string, enclosed = ''): InboundMail {
  return {
    title: kind,
    from: 'feedback@provider.example',
    raw: crlf(`
From: feedback@provider.example
To: TO
Subject: FW: Thank you
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="${BOUNDARY}"

--${BOUNDARY}
Content-Type: text/plain; charset=us-ascii

This is an e-mail abuse report.

--${BOUNDARY}
Content-Type: message/feedback-report

Feedback-Type: ${kind}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Rcpt-To: ada@mail.example

--${BOUNDARY}
Content-Type: text/rfc822-headers

From: Shop <hello@birch.example>
${enclosed}Subject: Thank you

--${BOUNDARY}--
`),
  };
}

/** With a file, and no text but HTML, as telephones like to write. */
export const WITH_FILE: InboundMail = {
  title: 'a picture',
  from: 'ada@mail.example',
  raw: crlf(`
From: Ada <ada@mail.example>
To: TO
Subject: Re: How was it?
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="${BOUNDARY}"

--${BOUNDARY}
Content-Type: text/html; charset=utf-8

<html><head><style>p{color:red}</style></head><body><p>It arrived <b>broken</b>, see the picture.</p></body></html>
--${BOUNDARY}
Content-Type: image/jpeg; name="broken.jpg"
Content-Disposition: attachment; filename="broken.jpg"
Content-Transfer-Encoding: base64

/9j/4AAQSkZJRgABAQ==
--${BOUNDARY}--
`),
};
