import { jest } from '@jest/globals';
import { changeRole, disableMember, inviteAgain, inviteMember, listMembers } from '../../apps/cli/src/members.js';
import { PASSWORD } from './a-member.js';
import { ApiRig } from './api-rig.js';

jest.setTimeout(60_000);

describe('afterglow members', () => {
  let rig: ApiRig;
  const said: string[] = [];
  beforeAll(async () => {
    rig = await ApiRig.start('cli_members');
    jest.spyOn(console, 'log').mockImplementation((line: string) => void said.push(line));
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await rig.stop();
  });
  beforeEach(() => said.splice(0));

  const accept = (): Promise<{ status: number }> => {
    const [, token = ''] = /^https:\/\/shop\.example\/join\/([\w-]{43})$/.exec(said.at(-1) ?? '') ?? [];
    return rig.post('/api/v1/invitation', { token, password: PASSWORD }, { key: null });
  };
  const signIn = async (email: string): Promise<number> =>
    (await rig.post('/api/v1/session', { email, password: PASSWORD }, { key: null })).status;

  it('bring somebody in, change what they may, keep them out and let them in again', async () => {
    await listMembers(rig.app);
    await inviteMember(rig.app, 'Ada@team.example', { name: 'Ada', role: 'owner' });
    expect((await accept()).status).toBe(200);
    await inviteMember(rig.app, 'ben@team.example', { role: 'viewer' });
    await inviteAgain(rig.app, 'BEN@team.example');
    expect((await accept()).status).toBe(200);
    await changeRole(rig.app, 'ben@team.example', 'cx');
    expect(await signIn('ben@team.example')).toBe(200);
    await disableMember(rig.app, 'ben@team.example', true);
    expect(await signIn('ben@team.example')).toBe(401);
    await disableMember(rig.app, 'ben@team.example', false);
    expect(await signIn('ben@team.example')).toBe(200);
    await listMembers(rig.app);
    expect(said[0]).toMatch(/^Nobody yet/);
    expect(said).toContain('ben@team.example is disabled, in the role cx.');
    expect(said.at(-1)).toMatch(/ada@team\.example.*owner.*active[^]*ben@team\.example.*cx.*active/);
  });

  it('are refused in a sentence', async () => {
    await expect(inviteMember(rig.app, 'nobody', { role: 'viewer' })).rejects.toThrow(/email/);
    await expect(inviteMember(rig.app, 'cy@team.example', { role: 'root' })).rejects.toThrow(/role/);
    await expect(changeRole(rig.app, 'ada@team.example', 'viewer')).rejects.toMatchObject({ code: 'conflict' });
    await expect(changeRole(rig.app, 'nobody@team.example', 'viewer')).rejects.toMatchObject({ code: 'not_found' });
  });
});
