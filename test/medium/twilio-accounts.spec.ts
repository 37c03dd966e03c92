import { jest } from '@jest/globals';
import { NUMBER, TwilioRig } from './twilio-rig.js';

jest.setTimeout(120_000);
const OWN_TOKEN = 'token-of-the-shop';
const OTHER_TOKEN = 'token-of-another-shop';

let rig: TwilioRig;
beforeAll(async () => {
  rig = await TwilioRig.start('twilio_accounts', { WEBHOOKS_TO_LOOPBACK: 'allow' });
  const { status, text } = await rig.api.post('/api/v1/provider-accounts', {
    medium: 'sms',
    channel: 'sms-twilio',
    name: 'Our own',
    settings: { accountSid: `AC${'1'.repeat(32)}`, authToken: OWN_TOKEN, from: '+15005550007', baseUrl: rig.stub.url },
    weight: 1,
  });
  if (status !== 201) throw new Error(text);
  await anotherShop();
});
afterAll(() => rig.stop());
beforeEach(() => rig.reset());

async function anotherShop(): Promise<void> {
  await rig.rows(
    `insert into app.shop (id, name, time_zone, currency, locale) values (gen_random_uuid(), 'Another', 'UTC', 'EUR', 'en')`,
  );
}

const statuses = () => rig.rows('select status from app.message_status');

describe('the Twilio account of a shop', () => {
  it('tells what became of messages without being set up', async () => {
    await rig.order();
    expect(rig.calls[0]?.form).toMatchObject({
      From: '+15005550007',
      StatusCallback: expect.stringMatching(/^https:\/\/shop\.example\/hooks\/twilio\?message=/),
    });
    expect(await rig.report(0, { status: 'delivered' }, OWN_TOKEN)).toMatchObject({ status: 200 });
    await rig.work();
    expect(await statuses()).toEqual([{ status: 'delivered' }]);
  });

  it('is believed of its own shop alone', async () => {
    await rig.order();
    expect(await rig.report(0, { status: 'delivered' }, OTHER_TOKEN)).toMatchObject({ status: 401 });
    const [other] = await rig.rows<{ id: string }>(`select id from app.shop where name = 'Another'`);
    const [message] = await rig.rows<{ id: string }>('select id from app.message');
    const path = `/hooks/twilio?message=${other?.id}.${message?.id}`;
    const fields = { MessageSid: 'SM1', MessageStatus: 'delivered', To: NUMBER, From: '+15005550007' };
    expect(await rig.call(path, fields, OWN_TOKEN)).toMatchObject({ status: 401 });
    expect(await rig.rows(`select from app.inbox_event where kind = 'twilio'`)).toEqual([]);
  });

  it('brings what people write back, and what they withdraw', async () => {
    await rig.order();
    const fields = { MessageSid: 'SMa', From: NUMBER, To: '+15005550007', Body: 'STOP', NumMedia: '0' };
    expect(await rig.call('/hooks/twilio', fields, OTHER_TOKEN)).toMatchObject({ status: 401 });
    expect(await rig.call('/hooks/twilio', fields, OWN_TOKEN)).toMatchObject({ status: 200, text: '<Response/>' });
    await rig.work();
    expect(await rig.rows('select medium, scope from app.suppression')).toEqual([
      { medium: 'sms', scope: 'non_service' },
    ]);
  });
});
