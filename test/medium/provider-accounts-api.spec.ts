import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiRig } from './api-rig.js';

interface Account {
  readonly id: string;
  readonly leadsTo: string;
  readonly errors?: readonly { readonly pointer: string }[];
}

const PASSWORD = 'correct-horse';
const SMTP = { url: `smtps://shop:${PASSWORD}@mail.birch.example:465`, from: 'hello@birch.example' };

let rig: ApiRig;

beforeAll(async () => {
  rig = await ApiRig.start('provider_accounts_api');
});
afterAll(() => rig?.stop());

const create = (account: object) => rig.post<Account>('/api/v1/provider-accounts', account);

describe('provider accounts', () => {
  it('are made, changed, paused and removed; their secrets are never shown, not even in the audit log', async () => {
    const made = await create({ medium: 'email', channel: 'email-smtp', name: 'Ours', settings: SMTP, weight: 3 });
    expect(made).toMatchObject({
      status: 201,
      body: {
        leadsTo: 'mail.birch.example:465 as shop, from hello@birch.example',
        weight: 3,
        perSecond: null,
        perDay: null,
        warmUp: null,
        paused: false,
        handedToday: 0,
      },
    });
    const path = `/api/v1/provider-accounts/${made.body.id}`;
    const change = { perSecond: 5, perDay: 2_000, warmUp: { from: '2026-03-01', first: 50 }, paused: true };
    expect((await rig.call('PATCH', path, { body: change })).body).toMatchObject({
      name: 'Ours',
      ...change,
      warmUp: { from: '2026-03-01', first: 50, factor: 1.5 },
    });
    const moved = { ...SMTP, url: `smtp://shop:${PASSWORD}2@other.example` };
    expect((await rig.call('PATCH', path, { body: { settings: moved } })).body).toMatchObject({
      leadsTo: 'other.example:587 as shop, from hello@birch.example',
      paused: true,
    });
    for (const shown of [path, '/api/v1/provider-accounts', '/api/v1/audit'])
      expect((await rig.get(shown)).text).not.toContain(PASSWORD);
    const audit = await rig.get<{ items: { subject: string; changes: object }[] }>('/api/v1/audit?limit=3');
    expect(audit.body.items[0]).toMatchObject({ subject: 'provider-account', changes: { settings: true } });
    expect((await rig.call('DELETE', path)).status).toBe(204);
    expect((await rig.get(path)).status).toBe(404);
    expect((await rig.call('PATCH', path, { body: { weight: 2 } })).status).toBe(404);
  });

  it.each([
    ['a channel that there is not', { channel: 'pigeon' }, '/channel'],
    ['a channel of another medium', { channel: 'sms-twilio' }, '/channel'],
    ['capture, which sends nothing', { channel: 'capture' }, '/channel'],
    ['settings without an address', { settings: { url: SMTP.url } }, '/settings/from'],
    ['a setting that there is not', { settings: { ...SMTP, user: 'shop' } }, '/settings'],
    ['a server that is none', { settings: { ...SMTP, url: 'https://mail.birch.example' } }, '/settings/url'],
    ['a weight of nothing', { weight: 0 }, '/weight'],
    ['a rate of nothing', { perSecond: 0 }, '/perSecond'],
    ['a warming up that shrinks', { warmUp: { from: '2026-03-01', first: 50, factor: 0.5 } }, '/warmUp/factor'],
    ['a day that is none', { warmUp: { from: '2026-02-30', first: 50 } }, '/warmUp/from'],
  ])('with %s are refused, naming the field', async (_title, wrong, pointer) => {
    const refused = await create({ medium: 'email', channel: 'email-smtp', name: 'Ours', settings: SMTP, ...wrong });
    expect(refused.status).toBe(422);
    expect(refused.body.errors?.map((fault) => fault.pointer)).toContain(pointer);
    expect(refused.text).not.toContain(PASSWORD);
  });

  it('have a form for each kind', async () => {
    const { body } = await rig.get<{ items: { code: string; media: string[]; settings: object }[] }>(
      '/api/v1/channel-kinds',
    );
    expect(body.items.map(({ code, media }) => [code, media])).toEqual([
      ['email-smtp', ['email']],
      ['sms-twilio', ['sms']],
      ['whatsapp-twilio', ['whatsapp']],
    ]);
    for (const { settings } of body.items) expect(settings).toMatchObject({ type: 'object' });
  });
});
