import { readFileSync } from 'node:fs';
import { SmtpSink } from '../support/smtp-sink.js';
import { aMember } from './a-member.js';
import { ApiRig } from './api-rig.js';

interface Sent {
  readonly channel: string;
  readonly outcome: string;
  readonly code: string | null;
  readonly subject: string | null;
  readonly text: string;
}

const ADDRESS = '/api/v1/journeys/delivery-csat/test-send';
const ASK = { sample: 'known', step: 'ask', medium: 'email', locale: 'en' };

describe('a test of a message', () => {
  let rig: ApiRig;
  let sink: SmtpSink;
  let member: string;
  const test = (body: object, headers: Record<string, string> = {}) => rig.post<Sent>(ADDRESS, body, { headers });

  beforeAll(async () => {
    sink = await SmtpSink.start();
    rig = await ApiRig.start('test_send', {
      SMTP_URL: sink.url,
      MAIL_FROM: 'hello@shop.example',
      TEST_ADDRESSES: 'QA@mail.example, +33600000001',
    });
    const preset = readFileSync('config/presets/journeys/delivery-csat.yaml', 'utf8');
    await rig.post('/api/v1/journeys', preset, { type: 'application/yaml' });
    member = (await aMember(rig, 'marketer')).email;
  }, 60_000);
  afterAll(async () => {
    await rig.stop();
    await sink.stop();
  });

  it.each([
    ['a member', () => member],
    ['who is listed', () => 'Qa@mail.example'],
  ])('goes to %s by the channel of customers, marked', async (_who, address) => {
    const to = address();
    const before = sink.mails.length;
    const { status, body } = await test({ ...ASK, to });
    expect([status, body]).toMatchObject([200, { channel: 'email-smtp', outcome: 'sent' }]);
    expect(body.subject).toMatch(/^\[Test\] ./);
    expect(sink.mails).toHaveLength(before + 1);
    expect(sink.mails.at(-1)?.to).toEqual([to]);
    expect(sink.mails.at(-1)?.data).toMatch(/^Subject: \[Test\] /m);
  });

  it('goes to nobody else', async () => {
    const before = sink.mails.length;
    const refused = await test({ ...ASK, to: 'customer@mail.example' });
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('TEST_ADDRESSES')]);
    await rig.owner.query(`update app.member set disabled_at = now()`);
    expect((await test({ ...ASK, to: member })).status).toBe(403);
    expect(sink.mails).toHaveLength(before);
  });

  it('may go anywhere where it is captured', async () => {
    const { body } = await test({ ...ASK, medium: 'sms', to: '+33699999999' });
    expect(body).toMatchObject({ channel: 'capture', outcome: 'sent', subject: null });
    expect(body.text).toMatch(/^\[Test\] ./);
  });

  it('says what the provider said', async () => {
    sink.hooks.onRcpt = () => '550 5.1.1 no such user';
    const { body } = await test({ ...ASK, to: 'qa@mail.example' });
    sink.hooks.onRcpt = undefined;
    expect(body).toMatchObject({ outcome: 'permanent', code: '550 5.1.1' });
    expect(await rig.get('/api/v1/ops/overview')).toMatchObject({ status: 200 });
  });

  it('goes once for each Idempotency-Key', async () => {
    const before = sink.mails.length;
    const headers = { 'idempotency-key': 'test-1' };
    const first = await test({ ...ASK, to: 'qa@mail.example' }, headers);
    const again = await test({ ...ASK, to: 'qa@mail.example' }, headers);
    expect(again.body).toEqual(first.body);
    expect(sink.mails).toHaveLength(before + 1);
  });

  it('is no message of the journey, and is in the audit log without the address', async () => {
    const { rows } = await rig.owner.query<{ n: number }>(
      `select (select count(*) from app.message) + (select count(*) from app.suppression) as n`,
    );
    expect(Number(rows[0]?.n)).toBe(0);
    const { body } = await rig.get<{ items: { action: string; subjectId: string; changes: object }[] }>(
      '/api/v1/audit',
    );
    const noted = body.items.filter(({ action }) => action === 'test-send');
    expect(noted[0]).toMatchObject({ subjectId: 'delivery-csat', changes: { step: 'ask', medium: 'email' } });
    expect(JSON.stringify(noted)).not.toContain('@');
  });

  it('names what there is not', async () => {
    const to = 'qa@mail.example';
    expect((await test({ ...ASK, step: 'no', to })).status).toBe(404);
    expect((await test({ ...ASK, sample: 'nobody', to })).status).toBe(404);
    expect((await test({ ...ASK, step: undefined, to })).status).toBe(422);
  });
});
