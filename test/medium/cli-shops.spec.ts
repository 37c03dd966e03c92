import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { jest } from '@jest/globals';
import { listErasures, repeatErasures } from '../../apps/cli/src/erasures.js';
import { pause, resume } from '../../apps/cli/src/pause.js';
import { ApiRig } from './api-rig.js';

jest.setTimeout(120_000);
const ALL = { all: true, preview: false };
const folder = mkdtempSync(path.join(tmpdir(), 'afterglow-shops-'));
const file = path.join(folder, 'register.json');

describe('commands that concern an installation of several shops', () => {
  let rig: ApiRig;
  const second = randomUUID();
  const person = randomUUID();
  const said: string[] = [];
  beforeAll(async () => {
    rig = await ApiRig.start('cli_shops');
    jest.spyOn(console, 'log').mockImplementation((line: string) => void said.push(line));
    await rig.owner.query(
      `insert into app.shop (id, name, time_zone, currency, locale, created_at)
       values ($1, 'second', 'UTC', 'EUR', 'en', now() + interval '1 hour')`,
      [second],
    );
    await rig.owner.query(
      `insert into app.customer (shop_id, id, facts, email) values ($1, $2, '{"email": "ada@shop.example"}', 'ada@shop.example')`,
      [second, person],
    );
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true, force: true });
    await rig.stop();
  });
  beforeEach(() => said.splice(0));

  const paused = async (): Promise<boolean[]> => {
    const { rows } = await rig.owner.query<{ paused: boolean }>(
      'select paused_at is not null as paused from app.shop order by created_at',
    );
    return rows.map((row) => row.paused);
  };

  it('stop and start all of them', async () => {
    await pause(rig.app, undefined, { all: true, scope: 'journeys' });
    expect(await paused()).toEqual([true, true]);
    await resume(rig.app, undefined, ALL);
    expect(await paused()).toEqual([false, false]);
    await pause(rig.app, undefined, { all: true });
    await resume(rig.app, undefined, { ...ALL, overdue: 'exit', messages: 'skip' });
    expect(await paused()).toEqual([false, false]);
    expect(said.filter((line) => line === `Shop ${second} runs.`)).toHaveLength(2);
  });

  it('write a register of all shops, by which each erases its own people again', async () => {
    const erasures = [{ customer: person, reason: 'asked' }];
    const empty = { erasures: [], names: [], addresses: [] };
    const nowhere = { shop: randomUUID(), ...empty };
    writeFileSync(file, JSON.stringify({ shops: [{ shop: second, ...empty, erasures }, nowhere] }));
    await repeatErasures(rig.app, file);
    expect(said).toEqual([
      '1 erasures were carried out.',
      expect.stringMatching(/^1 shops of the register are not in this database/),
    ]);
    const { rows } = await rig.owner.query('select facts, email from app.customer where id = $1', [person]);
    expect(JSON.stringify(rows)).not.toContain('ada@');

    said.splice(0);
    await listErasures(rig.app);
    expect(JSON.parse(said.join('\n'))).toMatchObject({
      shops: [
        { shop: rig.shopId, erasures: [] },
        { shop: second, erasures, addresses: [{ medium: 'email' }] },
      ],
    });
  });

  it('take the register of one shop that earlier versions wrote for the first shop', async () => {
    const hash = 'ab'.repeat(32);
    const addresses = [{ medium: 'email', hash, scope: 'all' }];
    writeFileSync(file, JSON.stringify({ erasures: [], names: [], addresses }));
    await repeatErasures(rig.app, file);
    const { rows } = await rig.owner.query(
      `select shop_id from app.suppression where encode(address_hmac, 'hex') = $1`,
      [hash],
    );
    expect(rows).toEqual([{ shop_id: rig.shopId }]);
  });
});
