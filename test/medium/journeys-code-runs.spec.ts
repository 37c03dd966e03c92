import { CodeFolderInMemory } from './code-folder.js';
import { aJourney, JourneyRig, send, wait } from './journeys-rig.js';

describe('a folder that says what becomes of runs under way', () => {
  let rig: JourneyRig;
  let folder: CodeFolderInMemory;
  beforeEach(async () => {
    rig = await JourneyRig.start('journeys-code-runs');
    folder = new CodeFolderInMemory(rig);
    await rig.publish(aJourney({ steps: [wait('rest', 'P7D'), wait('sleep', 'P7D'), send('say')] }));
    await rig.hear(...(await rig.people(3)).map((person) => rig.event(person, 'order.placed')));
    await folder.pull();
    folder.edit('thanks.yaml', 'P7D', 'P5D');
  });
  afterEach(() => rig.stop());

  const stood = async () => (await rig.runRows()).map(({ status, step, end_reason }) => [status, step, end_reason]);
  const three = <T>(value: T): T[] => [value, value, value];
  const at = { key: 'thanks', version: 1, step: 'rest', runs: 3 };

  it('leaves them on their version when there is no file', async () => {
    expect(await folder.waiting()).toEqual([{ ...at, fate: 'keep', to: null }]);
    await folder.apply({ publish: true });
    expect(await folder.migrate()).toEqual([]);
    expect(await folder.waiting()).toEqual([{ ...at, fate: 'keep', to: null }]);
  });

  it.each([
    ['{ steps: { rest: { action: move, to: sleep } } }', { fate: 'move', to: 'sleep' }, ['waiting', 'sleep', null]],
    ['{ steps: { rest: { action: retime } } }', { fate: 'retime', to: null }, ['waiting', 'rest', null]],
    ['default: exit', { fate: 'exit', to: null }, ['exited', null, 'published:2']],
  ])('shows what %s does with them, then does it once', async (text, fate, end) => {
    folder.migrations.set('thanks.yaml', text);
    expect(await folder.waiting()).toEqual([{ ...at, ...fate }]);
    await folder.apply({ publish: true });
    expect(await folder.waiting()).toEqual([{ ...at, ...fate }]);
    expect(await folder.migrate()).toMatchObject([{ key: 'thanks' }]);
    expect(await stood()).toEqual(three(end));
    expect(await folder.waiting()).toEqual([]);
    expect(await folder.migrate()).toEqual([]);
  });

  it('does nothing to them before its journey is live, and can be taken back afterwards', async () => {
    folder.migrations.set('thanks.yaml', 'default: exit');
    await folder.apply();
    expect(await folder.migrate()).toEqual([]);
    await folder.apply({ publish: true });
    await folder.migrate();
    expect(await rig.makePublisher().undo(rig.shop.id, 'thanks')).toMatchObject({ version: 1, restored: 3 });
    expect(await stood()).toEqual(three(['waiting', 'rest', null]));
  });

  it('names what is wrong in its files, with the place', async () => {
    folder.migrations.set('thanks.yaml', 'default: keep\nsteps:\n  rest: { action: move, to: nowhere }');
    expect((await folder.plan()).faults).toMatchObject([{ file: 'migrations/thanks.yaml', line: 3 }]);
    folder.migrations.set('thanks.yaml', 'steps:\n  rest: { action: fly }');
    folder.migrations.set('other.yaml', 'default: exit');
    expect(folder.readMigrations().faults).toMatchObject([
      { file: 'migrations/thanks.yaml', line: 2 },
      { file: 'migrations/other.yaml', message: expect.stringContaining('no journey "other"') },
    ]);
  });
});
