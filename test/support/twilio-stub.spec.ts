import { TWILIO_ANSWERS, TwilioStub } from './twilio-stub.js';

const form = { To: '+15550001111', From: '+15550002222', Body: 'Your parcel is here & well' };

describe('TwilioStub', () => {
  let stub: TwilioStub;
  beforeEach(async () => {
    stub = await TwilioStub.start();
  });
  afterEach(() => stub.stop());

  const post = (limitMs = 2_000): Promise<Response> =>
    fetch(`${stub.url}/2010-04-01/Accounts/AC1/Messages.json`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from('AC1:secret:part').toString('base64')}` },
      body: new URLSearchParams(form),
      signal: AbortSignal.timeout(limitMs),
    });

  it('takes a message and keeps what it was given', async () => {
    const response = await post();
    expect(response.status).toBe(201);
    const body = (await response.json()) as { sid: string };
    expect(body).toMatchObject({ sid: expect.stringMatching(/^SM[0-9a-f]{32}$/), status: 'queued', to: form.To });
    expect(stub.calls).toMatchObject([
      { accountSid: 'AC1', user: 'AC1', password: 'secret:part', form, sid: body.sid },
    ]);
  });

  it('refuses as it is told', async () => {
    stub.answer = () => ({ ...TWILIO_ANSWERS.tooManyRequests, retryAfterSeconds: 3 });
    const busy = await post();
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([429, '3']);
    expect(await busy.json()).toMatchObject({ code: 20429, status: 429 });
    stub.answer = () => TWILIO_ANSWERS.unsubscribed;
    expect(await (await post()).json()).toMatchObject({ code: 21610, status: 400 });
  });

  it('drops or hangs after having taken the message', async () => {
    stub.answer = () => 'drop';
    await expect(post()).rejects.toThrow('fetch failed');
    stub.answer = () => 'hang';
    await expect(post(100)).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(stub.calls.map(({ answer }) => answer)).toEqual(['drop', 'hang']);
  });

  it('turns away who does not name himself', async () => {
    const response = await fetch(`${stub.url}/2010-04-01/Accounts/AC1/Messages.json`, { method: 'POST' });
    expect(response.status).toBe(401);
    expect(stub.calls).toHaveLength(0);
  });
});
