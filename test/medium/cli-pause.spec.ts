import { jest } from '@jest/globals';
import { pause, resume } from '../../apps/cli/src/pause.js';
import { ApiRig } from './api-rig.js';

jest.setTimeout(60_000);
const JOURNEY = `
key: thanks
title: Say thank you
class: service
trigger: order.placed
entry: { key: order.id }
steps:
  - { id: thank, kind: send, settings: { template: thanks, channels: [email] } }
templates:
  thanks: { en: { subject: Thank you, mjml: '<mj-text>Hello</mj-text>' } }
`;
const ONE = { all: false, preview: false };
const ALL = { all: true, preview: false };

describe('afterglow pause and resume', () => {
  let rig: ApiRig;
  const said: string[] = [];
  beforeAll(async () => {
    rig = await ApiRig.start('cli_pause');
    jest.spyOn(console, 'log').mockImplementation((line: string) => void said.push(line));
    await rig.call('POST', '/api/v1/journeys', { body: JOURNEY, type: 'application/yaml' });
    await rig.post('/api/v1/journeys/thanks/publish');
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await rig.stop();
  });
  beforeEach(() => said.splice(0));

  const state = async (): Promise<unknown> => (await rig.get('/api/v1/journeys/thanks')).body['state'];
  const overview = async () => (await rig.get('/api/v1/ops/overview')).body;

  it('stop and start a journey', async () => {
    await pause(rig.app, 'thanks', ONE);
    expect(await state()).toBe('paused');
    await resume(rig.app, 'thanks', { ...ONE, preview: true });
    expect(await state()).toBe('paused');
    await resume(rig.app, 'thanks', { ...ONE, overdue: 'shift', messages: 'skip' });
    expect(await state()).toBe('live');
    await resume(rig.app, 'thanks', { ...ONE, preview: true });
    expect(said).toEqual([
      'thanks is paused.',
      expect.stringMatching(/^thanks paused since \d{4}-.*Z\. What fell due:$/),
      'nothing',
      'thanks is live. Runs that wait longer: 0, that ended: 0; messages skipped: 0.',
      'thanks is not paused.',
    ]);
  });

  it('stop and start the shop', async () => {
    await pause(rig.app, undefined, { ...ALL, scope: 'journeys' });
    expect(await overview()).toMatchObject({ paused: expect.any(String), pauseScope: 'journeys' });
    await resume(rig.app, undefined, ALL);
    expect(await overview()).toMatchObject({ paused: null });
    expect(await state()).toBe('live');
  });

  it('say what is wrong, and change nothing', async () => {
    const refused = (work: Promise<void>, message: RegExp) =>
      expect(work).rejects.toMatchObject({ message: expect.stringMatching(message) });
    await refused(pause(rig.app, undefined, ONE), /Write pause <journey>, or pause --all/);
    await refused(pause(rig.app, 'thanks', ALL), /not both; write pause thanks or pause --all/);
    await refused(pause(rig.app, 'thanks', { ...ONE, scope: 'all' }), /--scope is for everything/);
    await refused(pause(rig.app, 'thank', ONE), /There is no journey "thank"/);
    await refused(resume(rig.app, undefined, { ...ALL, preview: true }), /--preview is for one journey/);
    expect(await state()).toBe('live');
  });
});
