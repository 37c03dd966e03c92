import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { DeliverMessages, FireDueTimers, MailAddresses, ProcessInbox } from '#app/application';
import { MailListener } from '#app/sources';
import { jest } from '@jest/globals';
import { createTransport } from 'nodemailer';
import PostalMime from 'postal-mime';
import { NO_CONTACT_RULES } from '../support/contact-rules.js';
import { complaint, deliveryStatus, type InboundMail, plainMail, WITH_FILE } from '../support/corpora/inbound-mails.js';
import { SmtpSink } from '../support/smtp-sink.js';
import { aJourney } from './a-journey.js';
import { ApiRig } from './api-rig.js';

jest.setTimeout(120_000);
const DOMAIN = 'in.birch.example';

let sink: SmtpSink;
let rig: ApiRig;
beforeAll(async () => {
  sink = await SmtpSink.start();
  rig = await ApiRig.start('inbound_mail', {
    SMTP_URL: sink.url,
    MAIL_FROM: 'hello@birch.example',
    INBOUND_MAIL_DOMAIN: DOMAIN,
    INBOUND_SMTP_PORT: '0',
  });
  // by night too
  await rig.call('PATCH', '/api/v1/shop', { body: { contactRules: NO_CONTACT_RULES } });
  await rig.post('/api/v1/journeys', aJourney({ class: 'feedback' }));
  await rig.post('/api/v1/journeys/thanks/publish');
});
afterAll(async () => {
  await rig.stop();
  await sink.stop();
});

const work = async (): Promise<void> => {
  while ((await rig.app.get(ProcessInbox).run()).claimed > 0);
  while ((await rig.app.get(FireDueTimers).run()).claimed > 0);
};

/** What somebody got after an order, and where what they send back would go. */
async function aMail() {
  const id = randomUUID().slice(0, 8);
  const email = `${id}@mail.example`;
  await rig.post('/api/v1/events', {
    id: `order-${id}`,
    type: 'order.placed',
    occurredAt: new Date().toISOString(),
    customer: { email },
    order: { externalId: id },
    data: {},
  });
  await work();
  await rig.app.get(DeliverMessages).run('email');
  const sent = sink.mails.find(({ to }) => to.includes(email));
  if (!sent) throw new Error('nothing was sent');
  const parsed = await PostalMime.parse(sent.data);
  const header = (name: string) => parsed.headers.find(({ key }) => key === name)?.value ?? '';
  return {
    email,
    returnPath: sent.from,
    replyTo: parsed.replyTo?.[0]?.address ?? '',
    unsubscribe: header('list-unsubscribe'),
    data: sent.data,
  };
}

const port = (): number => rig.app.get(MailListener, { strict: false }).port ?? 0;

/** The answer of the server: 250, or the code of the refusal. */
async function send(to: string | string[], { from, raw }: InboundMail): Promise<number> {
  const transport = createTransport({
    host: '127.0.0.1',
    port: port(),
    ignoreTLS: true,
    allowInternalNetworkInterfaces: true,
  });
  const recipients = [to].flat();
  try {
    await transport.sendMail({
      envelope: { from, to: recipients },
      raw: raw.replaceAll('To: TO', `To: ${recipients[0]}`),
    });
    return 250;
  } catch (error) {
    return (error as { responseCode?: number }).responseCode ?? 0;
  } finally {
    transport.close();
  }
}

const bodies = async (): Promise<number> => {
  const { rows } = await rig.owner.query<{ n: number }>(
    `select count(*)::int as n from app.inbox_event where kind = 'mail'`,
  );
  return rows[0]?.n ?? 0;
};

async function timeline(email: string) {
  await work();
  const { body } = await rig.get<{ items: { id: string }[] }>(`/api/v1/customers?email=${encodeURIComponent(email)}`);
  const { body: told } = await rig.get<{ items: { type: string; data: Record<string, unknown> }[] }>(
    `/api/v1/customers/${body.items[0]?.id}/timeline`,
  );
  return told.items;
}
const typesOf = async (email: string): Promise<string[]> => (await timeline(email)).map(({ type }) => type);

describe('a mail that goes out', () => {
  it('has a return address of its own, one for answers and one to unsubscribe beside the URL', async () => {
    const [one, other] = [await aMail(), await aMail()];
    for (const { returnPath, replyTo, unsubscribe } of [one, other]) {
      expect(returnPath).toMatch(/^b\+[0-9a-z]{62}@in\.birch\.example$/);
      expect(replyTo).toMatch(/^r\+[0-9a-z]{62}@in\.birch\.example$/);
      expect(unsubscribe.replaceAll(/\s+/g, ' ')).toMatch(
        /^<https:\/\/shop\.example\/u\/[\w-]+>, <mailto:u\+[0-9a-z]{62}@in\.birch\.example\?subject=unsubscribe>$/,
      );
    }
    expect(one.returnPath).not.toBe(other.returnPath);
  });

  it('lets answers go where the shop wants them', async () => {
    await rig.call('PATCH', '/api/v1/shop', { body: { sender: { replyTo: 'care@birch.example' } } });
    expect(await aMail()).toMatchObject({ replyTo: 'care@birch.example', returnPath: expect.stringMatching(/^b\+/) });
    await rig.call('PATCH', '/api/v1/shop', { body: { sender: null } });
  });
});

describe('mail that comes in', () => {
  it('as a bounce is on the timeline of who was written to', async () => {
    const { email, returnPath } = await aMail();
    expect(await send(returnPath, deliveryStatus({ status: '5.1.1', diagnostic: '550 5.1.1 User unknown' }))).toBe(250);
    const [event] = (await timeline(email)).filter(({ type }) => type === 'message.bounced');
    expect(event?.data).toMatchObject({
      kind: 'hard',
      code: '5.1.1',
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it('is taken once, however often it comes', async () => {
    const { email, returnPath } = await aMail();
    const report = deliveryStatus({ status: '4.2.2', diagnostic: '452 4.2.2 full' });
    const before = await bodies();
    for (let n = 0; n < 3; n += 1) expect(await send(returnPath.toUpperCase(), report)).toBe(250);
    expect(await bodies()).toBe(before + 1);
    expect((await typesOf(email)).filter((type) => type === 'message.bounced')).toHaveLength(1);
  });

  it('as an answer is told in the person’s own words, without the files', async () => {
    const { email, replyTo } = await aMail();
    await send(
      replyTo,
      plainMail({ Subject: 'Re: Hello' }, 'Where is my parcel?\n\nOn Tue, Shop <hello@birch.example> wrote:\n> Hello'),
    );
    await send(replyTo, WITH_FILE);
    const replies = (await timeline(email)).filter(({ type }) => type === 'message.replied').map(({ data }) => data);
    expect(replies).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ text: 'Where is my parcel?', subject: 'Re: Hello', channel: 'email' }),
        expect.objectContaining({ text: 'It arrived broken, see the picture.', attachments: ['broken.jpg'] }),
      ]),
    );
    const { rows } = await rig.owner.query(`select 1 from app.inbox_event where body like '%/9j/4AAQ%'`);
    expect(rows).toEqual([]);
  });

  it('as a complaint comes to the address of the message, or to that of complaints with the mail in it', async () => {
    const [one, other] = [await aMail(), await aMail()];
    expect(await send(one.returnPath, complaint('abuse'))).toBe(250);
    expect(await send(`abuse@${DOMAIN}`, complaint('abuse', `Return-Path: <${other.returnPath}>\n`))).toBe(250);
    expect(await typesOf(one.email)).toContain('message.complained');
    expect(await typesOf(other.email)).toContain('message.complained');
    expect(await send(`abuse@${DOMAIN}`, complaint('abuse'))).toBe(550);
    expect(await send(`fbl@${DOMAIN}`, plainMail({ Subject: 'hello' }, other.returnPath))).toBe(550);
  });

  it('to unsubscribe withdraws consent and suppresses the address', async () => {
    const { email, unsubscribe } = await aMail();
    const address = /mailto:([^?]+)/.exec(unsubscribe)?.[1] ?? '';
    expect(await send(address, plainMail({ Subject: 'unsubscribe' }, ''))).toBe(250);
    expect(await typesOf(email)).toContain('consent.changed');
    const { rows } = await rig.owner.query(
      `select scope from app.suppression where medium = 'email' and reason = 'opted-out'`,
    );
    expect(rows).toEqual([{ scope: 'non_service' }]);
  });
});

describe('mail that is not taken', () => {
  it('goes to an address that nobody made: no relay, no guessing', async () => {
    const { returnPath } = await aMail();
    const before = await bodies();
    const [local = ''] = returnPath.split('@');
    const forged = `${local.slice(0, -1)}${local.endsWith('0') ? '1' : '0'}`;
    const refused = [
      'ada@mail.example',
      `hello@${DOMAIN}`,
      `postmaster@${DOMAIN}`,
      `${forged}@${DOMAIN}`,
      `r${local.slice(1)}@${DOMAIN}`,
      `${local}@other.example`,
      `b+${'z'.repeat(62)}@${DOMAIN}`,
      `"${local}"@${DOMAIN}.evil.example`,
    ];
    for (const address of refused)
      expect([address, await send(address, deliveryStatus({ status: '5.1.1' }))]).toEqual([address, 550]);
    expect(await bodies()).toBe(before);
  });

  it('names a message that is not there', async () => {
    const address = rig.app.get(MailAddresses).of({ purpose: 'bounce', shopId: rig.shopId, messageId: randomUUID() });
    expect(await send(address ?? '', deliveryStatus({ status: '5.1.1' }))).toBe(550);
  });

  it('is too long, has too many recipients or parts without end', async () => {
    const { replyTo } = await aMail();
    expect(await send(replyTo, plainMail({ Subject: 'long' }, 'a'.repeat(6_000_000)))).toBe(552);
    expect(await send(replyTo, plainMail({ Subject: 'a megabyte' }, 'a b\n'.repeat(300_000)))).toBe(250);
    const nested = 'Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n'.repeat(200);
    expect(await send(replyTo, { title: 'nested', from: 'a@b.example', raw: nested })).toBe(554);
  });

  it('comes while it can’t be stored: the sender keeps it and comes again', async () => {
    const { email, replyTo } = await aMail();
    await rig.owner.query(
      `alter function app.accept_inbox(uuid[], uuid[], text[], uuid[], bytea[], text[], jsonb[], text[]) rename to accept_inbox_away`,
    );
    const mail = plainMail({ Subject: 'Re: Hello' }, 'Anybody there?');
    expect(await send(replyTo, mail)).toBe(451);
    await rig.owner.query(
      `alter function app.accept_inbox_away(uuid[], uuid[], text[], uuid[], bytea[], text[], jsonb[], text[]) rename to accept_inbox`,
    );
    expect(await send(replyTo, mail)).toBe(250);
    expect((await typesOf(email)).filter((type) => type === 'message.replied')).toHaveLength(1);
  });

  it('breaks off before its end', async () => {
    const { replyTo } = await aMail();
    const before = await bodies();
    await new Promise<void>((resolve) => {
      const socket = connect(port(), '127.0.0.1');
      const lines = ['EHLO x', 'MAIL FROM:<a@b.example>', `RCPT TO:<${replyTo}>`, 'DATA'];
      socket.on('data', () => {
        const line = lines.shift();
        if (line !== undefined) socket.write(`${line}\r\n`);
        else socket.end('Subject: half\r\n\r\nhal');
      });
      socket.on('close', () => resolve());
      socket.on('error', () => resolve());
    });
    expect(await bodies()).toBe(before);
    expect(await send(replyTo, plainMail({ Subject: 'whole' }, 'whole'))).toBe(250);
  });
});
