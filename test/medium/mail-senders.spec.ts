import { generateKeyPairSync, randomUUID } from 'node:crypto';
import type { ConfiguredChannels } from '#app/channels';
import PostalMime from 'postal-mime';
import { SmtpSink } from '../support/smtp-sink.js';
import { verifyDkim } from '../support/verify-dkim.js';
import { DeliveryRig } from './delivery-rig.js';
import { type MessagePlan } from './planned-message.js';

let rig: DeliveryRig;
let sink: SmtpSink;
let channels: ConfiguredChannels;
beforeAll(async () => {
  rig = await DeliveryRig.start('mail_senders');
});
afterAll(() => rig.stop());
beforeEach(async () => {
  sink = await SmtpSink.start();
  channels = rig.smtp(sink);
  await rig.rows(`delete from app.mail_domain`);
  await rig.rows(`update app.shop set sender = '{}'`);
});
afterEach(async () => {
  await channels.close();
  await sink.stop();
});

const records = new Map<string, string[]>();

/** A domain as it stands once it was made, and checked where it is verified. */
async function domain(name: string, isVerified: boolean, createdAt = '2026-01-01'): Promise<string> {
  const id = randomUUID();
  const selector = `ag${id.slice(-12)}`;
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  await rig.rows(
    `insert into app.mail_domain (shop_id, id, domain, selector, public_key, private_key, created_at, verified_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      rig.shopId,
      id,
      name,
      selector,
      spki,
      rig.secrets.seal(pem, `mail-domain|${id}`),
      createdAt,
      isVerified ? createdAt : null,
    ],
  );
  records.set(`${selector}._domainkey.${name}`, [`v=DKIM1; k=rsa; p=${spki}`]);
  return selector;
}

const sender = (settings: object) => rig.rows('update app.shop set sender = $1', [JSON.stringify(settings)]);

async function mail(plan: MessagePlan = {}) {
  const [id = ''] = await rig.plan(1, plan);
  await rig.deliverer(channels).run('email');
  const sent = sink.mails.at(-1);
  if (!sent) throw new Error('nothing was sent');
  const parsed = await PostalMime.parse(sent.data);
  const header = (name: string) => parsed.headers.find(({ key }) => key === name)?.value;
  return { id, sent, parsed, header, dkim: await verifyDkim(sent.data, records), row: await rig.message(id) };
}

describe('who a mail comes from', () => {
  it('is the installation, unsigned, when the shop says nothing', async () => {
    const { sent, parsed, dkim } = await mail();
    expect(sent.from).toBe('hello@birch.example');
    expect(parsed.from?.address).toBe('hello@birch.example');
    expect(parsed.replyTo).toBeUndefined();
    expect(dkim).toBeNull();
  });

  it('is the shop at an address whose domain is its own, signed by the key of that domain', async () => {
    const selector = await domain('oak.example', true);
    await sender({ name: 'Oak & Sons', email: 'hi@oak.example' });
    const { sent, parsed, dkim, row } = await mail();
    expect(sent.from).toBe('hi@oak.example');
    expect(parsed.from).toEqual({ name: 'Oak & Sons', address: 'hi@oak.example' });
    expect(parsed.replyTo).toBeUndefined();
    expect(parsed.messageId).toMatch(/@oak\.example>$/);
    expect(row.provider_ref).toBe(parsed.messageId);
    expect(dkim).toMatchObject({ result: 'pass', domain: 'oak.example', selector });
  });

  it('stays the installation while the domain is not verified, and answers go to the shop', async () => {
    await domain('oak.example', false);
    await sender({ email: 'hi@oak.example' });
    const { sent, parsed, dkim } = await mail();
    expect([sent.from, parsed.from?.address]).toEqual(['hello@birch.example', 'hello@birch.example']);
    expect(parsed.replyTo?.map(({ address }) => address)).toEqual(['hi@oak.example']);
    expect(dkim).toBeNull();
  });

  it('names where answers go, whoever sends', async () => {
    await sender({ email: 'hi@oak.example', replyTo: 'care@oak.example' });
    expect((await mail()).parsed.replyTo?.[0]?.address).toBe('care@oak.example');
    await domain('oak.example', true);
    const { parsed, dkim } = await mail();
    expect(parsed.replyTo?.[0]?.address).toBe('care@oak.example');
    expect(dkim?.covered).toContain('reply-to');
  });

  it('signs for the address of the installation too, by the newest key that was found', async () => {
    await domain('birch.example', true, '2026-01-01');
    const selector = await domain('birch.example', true, '2026-02-01');
    await domain('birch.example', false, '2026-03-01');
    expect((await mail()).dkim).toMatchObject({ result: 'pass', domain: 'birch.example', selector });
  });
});

describe('what a signature covers', () => {
  it('is all that mailbox providers ask for, and no further sender can be put in', async () => {
    await domain('birch.example', true);
    const { sent, header, dkim } = await mail();
    expect(dkim?.covered).toEqual(
      expect.arrayContaining([
        'subject',
        'date',
        'message-id',
        'to',
        'mime-version',
        'content-type',
        'list-id',
        'feedback-id',
      ]),
    );
    expect(dkim?.covered).toEqual(expect.arrayContaining(['list-unsubscribe', 'list-unsubscribe-post']));
    expect(header('list-unsubscribe')).toMatch(/^<https:\/\/shop\.example\/u\/[\w-]+>$/);
    expect(dkim?.covered.filter((name) => name === 'from')).toHaveLength(2);
    for (const [what, changed] of [
      ['a second sender', `From: evil@z.example\r\n${sent.data}`],
      ['a second subject', `Subject: You have won\r\n${sent.data}`],
      ['a further place for answers', `Reply-To: evil@z.example\r\n${sent.data}`],
      ['another way to unsubscribe', sent.data.replace('<https://shop.example/u/', '<https://evil.example/u/')],
      ['another body', `${sent.data}more\r\n`],
    ])
      expect([what, (await verifyDkim(changed ?? '', records))?.result]).not.toEqual([what, 'pass']);
  });

  it('survives what relays do to blanks', async () => {
    await domain('birch.example', true);
    const { sent } = await mail();
    const changed = sent.data.replace(/^Subject: /m, 'subject:   ').replace(/\r\n$/, ' \r\n\r\n\r\n');
    expect(changed).not.toBe(sent.data);
    expect((await verifyDkim(changed, records))?.result).toBe('pass');
  });
});

describe('headers by which mailbox providers tell streams apart', () => {
  it('say journey, class and shop, and that nobody sits at the other end', async () => {
    const { header } = await mail({ class: 'feedback' });
    expect(header('feedback-id')).toMatch(new RegExp(`^[\\w-]+:feedback:${rig.shopId}:afterglow$`));
    expect(header('list-id')).toBe(`<feedback.${rig.shopId}.birch.example>`);
    expect(header('auto-submitted')).toBe('auto-generated');
    expect(header('x-auto-response-suppress')).toBe('OOF, AutoReply');
  });

  it('make no list of service messages', async () => {
    const { header } = await mail({ class: 'service' });
    expect(header('list-id')).toBeUndefined();
    expect(header('list-unsubscribe')).toBeUndefined();
    expect(header('feedback-id')).toContain(':service:');
  });
});
