import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { jest } from '@jest/globals';
import { createTransport } from 'nodemailer';
import PostalMime from 'postal-mime';
import { NO_CONTACT_RULES } from '../support/contact-rules.js';
import { deliveryStatus, type InboundMail, plainMail } from '../support/corpora/inbound-mails.js';
import { expectInvariants } from '../support/invariants.js';
import { DataFolder, freePort, tidyUp } from '../support/processes.js';
import { SELF_SIGNED } from '../support/self-signed.js';
import { orderPlaced } from '../support/shopify-orders.js';
import { SmtpSink } from '../support/smtp-sink.js';
import { Cluster, eventually, Installation, type ListedMessage } from './installation.js';

jest.setTimeout(120_000);
const DOMAIN = 'in.birch.example';

const JOURNEY = `
key: thanks
title: Say thank you
class: feedback
trigger: order.placed
entry: { key: order.id }
holdOut: none
steps:
  - { id: thanks, kind: send, settings: { template: hello, channels: [email] } }
templates:
  hello: { en: { subject: 'Thank you', mjml: '<mj-text>Thank you. {{ links.unsubscribe }}</mj-text>' } }
`;

describe('mail that comes back to processes of their own, over STARTTLS', () => {
  const folder = new DataFolder();
  let cluster: Cluster;
  let mails: SmtpSink;
  let shop: Installation;
  let port: number;

  beforeAll(async () => {
    const [key, cert] = [path.join(folder.path, 'mail.key'), path.join(folder.path, 'mail.cert')];
    writeFileSync(key, SELF_SIGNED.key);
    writeFileSync(cert, SELF_SIGNED.cert);
    [cluster, mails, port] = await Promise.all([Cluster.start(), SmtpSink.start(), freePort()]);
    shop = new Installation(cluster, await cluster.database(), {
      SMTP_URL: mails.url,
      MAIL_FROM: 'Birch <hello@birch.example>',
      INBOUND_MAIL_DOMAIN: DOMAIN,
      INBOUND_SMTP_PORT: String(port),
      INBOUND_SMTP_KEY: key,
      INBOUND_SMTP_CERT: cert,
    });
    await shop.start('ingest', 'worker', 'api');
    await shop.client.patch('/api/v1/shop', { contactRules: NO_CONTACT_RULES });
    await shop.publish(JOURNEY);
  });

  afterAll(() =>
    tidyUp(
      () => shop && expectInvariants(shop.databaseUrl),
      () => shop?.stop(),
      () => mails?.stop(),
      () => cluster?.stop(),
      () => folder.remove(),
    ),
  );

  /** What became of the message about an order, once it is decided. */
  async function buy(id: number, email: string): Promise<ListedMessage> {
    const sender = await shop.sender();
    await sender.send(orderPlaced({ id, email, at: new Date().toISOString() }));
    return eventually(async () => {
      const messages = await shop.messages(`order=${id}`);
      return messages.find(
        ({ order, state }) => order === String(id) && !['queued', 'claimed', 'handing'].includes(state),
      );
    });
  }

  async function send(to: string, { from, raw }: InboundMail): Promise<void> {
    const transport = createTransport({
      host: '127.0.0.1',
      port,
      requireTLS: true,
      tls: { rejectUnauthorized: false },
      allowInternalNetworkInterfaces: true,
    });
    await transport.sendMail({ envelope: { from, to: [to] }, raw: raw.replaceAll('To: TO', `To: ${to}`) });
    transport.close();
  }

  const onTimeline = (customer: string, type: string) =>
    eventually(async () => {
      const timeline = await shop.client.list<{ type: string }>(`/api/v1/customers/${customer}/timeline`);
      return timeline.find((item) => item.type === type);
    });

  const lastMailTo = (email: string) => mails.mails.findLast(({ to }) => to.includes(email));

  it('ends what is written to an address where nobody is', async () => {
    const first = await buy(1001, 'gone@mail.example');
    expect(first.state).toBe('sent');
    await send(lastMailTo('gone@mail.example')?.from ?? '', deliveryStatus({ status: '5.1.1' }));
    await onTimeline(first.customer, 'message.bounced');
    expect(await buy(1002, 'gone@mail.example')).toMatchObject({ state: 'suppressed' });
    expect(mails.mails.filter(({ to }) => to.includes('gone@mail.example'))).toHaveLength(1);
  });

  it('puts an answer on the timeline of whom it comes from', async () => {
    const { customer } = await buy(2001, 'ada@mail.example');
    const { replyTo } = await PostalMime.parse(lastMailTo('ada@mail.example')?.data ?? '');
    await send(replyTo?.[0]?.address ?? '', plainMail({ Subject: 'Re: Thank you' }, 'The lid is missing.'));
    const reply = await onTimeline(customer, 'message.replied');
    expect(JSON.stringify(reply)).toContain('The lid is missing.');
  });
});
