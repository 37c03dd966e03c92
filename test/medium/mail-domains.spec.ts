import { jest } from '@jest/globals';
import { addMailDomain, checkMailDomain, listMailDomains } from '../../apps/cli/src/mail-domains.js';
import { WatchMailDomains } from '#app/application';
import { DnsStub } from '../support/dns-stub.js';
import { ApiRig } from './api-rig.js';

interface Domain {
  readonly id: string;
  readonly domain: string;
  readonly record: { readonly name: string; readonly value: string };
  readonly verifiedAt: string | null;
  readonly found?: string;
  readonly dmarc?: string | null;
}

jest.setTimeout(60_000);
let rig: ApiRig;
let dns: DnsStub;
beforeAll(async () => {
  dns = await DnsStub.start();
  rig = await ApiRig.start('mail_domains', { DNS_SERVERS: dns.address });
});
afterAll(async () => {
  await rig.stop();
  await dns.stop();
});

const add = async (domain: string): Promise<Domain> =>
  (await rig.post<Domain>('/api/v1/mail-domains', { domain })).body;
const check = (id: string) => rig.post<Domain>(`/api/v1/mail-domains/${id}/check`);

describe('a domain that the shop sends from', () => {
  it('is the shop’s as long as its DNS holds the key', async () => {
    const { id, domain, record } = await add('Birch.Example');
    expect(domain).toBe('birch.example');
    expect(record.name).toMatch(/^ag[0-9a-f]{12}\._domainkey\.birch\.example$/);
    expect(record.value).toMatch(/^v=DKIM1; k=rsa; p=[A-Za-z0-9+/]{390,}=*$/);
    expect((await check(id)).body).toMatchObject({ found: 'missing', verifiedAt: null, dmarc: null });
    dns.records.set(record.name, ['v=DKIM1; k=rsa; p=MIIBAAAA']);
    expect((await check(id)).body).toMatchObject({ found: 'other', verifiedAt: null });
    dns.records.set(record.name, [record.value.replace('p=', 'p= ')]);
    dns.records.set('_dmarc.birch.example', ['v=DMARC1; p=none']);
    const { body } = await check(id);
    expect(body).toMatchObject({ found: 'right', dmarc: 'v=DMARC1; p=none' });
    expect((await rig.get<{ items: Domain[] }>('/api/v1/mail-domains')).body.items).toEqual([
      expect.objectContaining({ id, verifiedAt: body.verifiedAt }),
    ]);
    dns.records.delete(record.name);
    expect((await check(id)).body).toMatchObject({ found: 'missing', verifiedAt: null });
    expect((await rig.call('DELETE', `/api/v1/mail-domains/${id}`)).status).toBe(204);
    expect((await check(id)).status).toBe(404);
  });

  it('stays as it was while no name server answers', async () => {
    const { id, record } = await add('silent.example');
    dns.records.set(record.name, [record.value]);
    await check(id);
    dns.isSilent = true;
    expect(await check(id)).toMatchObject({ status: 503, body: { detail: expect.stringContaining('Try again') } });
    dns.isSilent = false;
    const { items } = (await rig.get<{ items: Domain[] }>('/api/v1/mail-domains')).body;
    expect(items.find((each) => each.id === id)?.verifiedAt).not.toBeNull();
  });

  it('is looked at again without being asked: found by itself, given up when it was gone twice', async () => {
    const { id, record } = await add('watched.example');
    const isOurs = async () => {
      const { items } = (await rig.get<{ items: Domain[] }>('/api/v1/mail-domains')).body;
      return items.find((each) => each.id === id)?.verifiedAt !== null;
    };
    const look = async () => {
      await rig.owner.query(
        `update app.mail_domain set look_at = case when id = $1 then now() else now() + interval '1 day' end`,
        [id],
      );
      const looked = await rig.app.get(WatchMailDomains).run();
      return [looked, await isOurs()];
    };
    expect(await look()).toEqual([1, false]);
    dns.records.set(record.name, [record.value]);
    expect(await look()).toEqual([1, true]);
    expect(await rig.app.get(WatchMailDomains).run()).toBe(0);
    dns.records.delete(record.name);
    expect(await look()).toEqual([1, true]);
    expect(await look()).toEqual([1, false]);
    dns.records.set(record.name, [record.value]);
    expect(await look()).toEqual([1, true]);
    dns.isSilent = true;
    expect(await look()).toEqual([1, true]);
    dns.isSilent = false;
  });

  it.each(['birch', 'birch..example', 'a@birch.example', '-birch.example', 'möbel.example', '192.0.2.1', ''])(
    'is refused as %p',
    async (domain) => {
      const { status, body } = await rig.post<{ faults: unknown[] }>('/api/v1/mail-domains', { domain });
      expect([status, JSON.stringify(body)]).toEqual([422, expect.stringContaining('/domain')]);
    },
  );

  it('has its key sealed, and shows it to nobody', async () => {
    const { rows } = await rig.owner.query<{ private_key: string }>('select private_key from app.mail_domain');
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row.private_key).toMatch(/^v1\./);
    const { text } = await rig.get('/api/v1/mail-domains');
    expect(text).not.toMatch(/PRIVATE|private|v1\./);
    const audit = await rig.get('/api/v1/audit?limit=100');
    expect(audit.text).toContain('"subject":"mail-domain"');
    expect(audit.text).not.toMatch(/PRIVATE|"v1\./);
  });
});

describe('afterglow mail-domains', () => {
  const said: string[] = [];
  beforeAll(() => void jest.spyOn(console, 'log').mockImplementation((line: string) => void said.push(line)));
  afterAll(() => {
    jest.restoreAllMocks();
    process.exitCode = undefined;
  });

  it('prints the record in parts that a zone file takes, and finds it', async () => {
    await addMailDomain(rig.app, 'cli.example');
    const [, name = '', parts = ''] = /^(\S+)\. IN TXT (.*)$/.exec(said.at(-1) ?? '') ?? [];
    expect(parts).toMatch(/^"[^"]{255}" "[^"]+"$/);
    await checkMailDomain(rig.app, 'cli.example');
    expect(process.exitCode).toBe(1);
    process.exitCode = undefined;
    dns.records.set(name, [parts.replaceAll(/"( ")?/g, '')]);
    await checkMailDomain(rig.app, 'cli.example');
    expect([process.exitCode, said.join('\n')]).toEqual([
      undefined,
      expect.stringContaining('found; mails are signed'),
    ]);
    await listMailDomains(rig.app);
    expect(said.at(-1)).toMatch(/^cli\.example {2}ag[0-9a-f]{12} {2}verified$/);
  });

  it('refuses what is no domain, and one without a key', async () => {
    await expect(addMailDomain(rig.app, 'nobody')).rejects.toThrow(/shop\.example\.com/);
    await expect(checkMailDomain(rig.app, 'unknown.example')).rejects.toThrow(/afterglow mail-domains add/);
  });
});

describe('the sender of a shop', () => {
  it('is part of the shop, and what is named changes', async () => {
    const change = (sender: unknown) => rig.call<{ sender: unknown }>('PATCH', '/api/v1/shop', { body: { sender } });
    expect((await change({ name: 'Birch', email: 'Hello@Birch.Example' })).body.sender).toEqual({
      name: 'Birch',
      email: 'hello@birch.example',
      replyTo: null,
    });
    expect((await change({ name: null, replyTo: 'care@birch.example' })).body.sender).toEqual({
      name: null,
      email: 'hello@birch.example',
      replyTo: 'care@birch.example',
    });
    expect((await rig.get('/api/v1/audit?limit=100')).text).toContain('care@birch.example');
    expect((await change(null)).body.sender).toEqual({ name: null, email: null, replyTo: null });
    for (const sender of [
      { email: 'nobody' },
      { email: 'a@b.example, c@d.example' },
      { name: 'two\nlines' },
      { bcc: 'x' },
    ])
      expect([sender, (await change(sender)).status]).toEqual([sender, 422]);
  });
});
