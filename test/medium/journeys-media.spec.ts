import { aJourney, JourneyRig, NOW, send } from './journeys-rig.js';

const TWO_DAYS_AGO = '2026-03-08T12:00:00.000Z';

describe('a planned message', () => {
  let rig: JourneyRig;
  beforeEach(async () => {
    rig = await JourneyRig.start('journeys-media');
  });
  afterEach(() => rig.stop());

  it('takes the first channel that reaches the person lawfully', async () => {
    await rig.publish(aJourney({ class: 'review' }));
    const consent = { state: 'opted_in' as const, at: NOW, proof: null, statements: {} };
    const person = await rig.person({ phone: '+4915112345678', consents: { sms: consent } });
    await rig.hear(rig.event(person, 'order.placed'));
    expect(await rig.messages()).toMatchObject([{ state: 'queued', medium: 'sms', address: '+4915112345678' }]);
  });

  it('is kept where it may go nowhere, with the reason', async () => {
    await rig.publish(aJourney({ class: 'review' }));
    const [unasked, nowhere] = [await rig.person(), await rig.person({ email: null })];
    const report = await rig.hear(rig.event(unasked, 'order.placed'), rig.event(nowhere, 'order.placed'));
    expect(report).toMatchObject({ started: 2, messages: 0, media: [] });
    expect((await rig.messages()).map(({ state, reason, address }) => [state, reason, address])).toEqual([
      ['suppressed', 'no-consent', unasked.customer.email],
      ['suppressed', 'no-address', null],
    ]);
  });

  it('heeds suppressions by their scope', async () => {
    const person = await rig.person();
    const fingerprint = Buffer.from(rig.secrets.fingerprint(person.customer.email ?? '', 'address'));
    await rig.query(
      `insert into app.suppression (shop_id, medium, address_hmac, scope, reason) values (app.current_shop(), 'email', $1, 'non_service', 'unsubscribed')`,
      [fingerprint],
    );
    await rig.publish(aJourney({ key: 'a-service' }));
    await rig.publish(aJourney({ key: 'b-feedback', class: 'feedback' }));
    await rig.hear(rig.event(person, 'order.placed'));
    await rig.query(`update app.suppression set scope = 'all'`);
    await rig.publish(aJourney({ key: 'c-service', trigger: { event: 'order.paid' } }));
    await rig.hear(rig.event(person, 'order.paid'));
    expect((await rig.messages()).map(({ state, reason }) => [state, reason])).toEqual([
      ['queued', null],
      ['suppressed', 'suppressed'],
      ['suppressed', 'suppressed'],
    ]);
  });

  it('is expired where it is too late to be useful', async () => {
    await rig.publish(aJourney({ steps: [send('say', { usefulFor: 'P1D' })] }));
    await rig.hear(rig.event(await rig.person(), 'order.placed', { occurredAt: TWO_DAYS_AGO }));
    expect(await rig.messages()).toMatchObject([
      { state: 'expired', reason: 'useful-until', due_at: new Date(TWO_DAYS_AGO) },
    ]);
  });
});
