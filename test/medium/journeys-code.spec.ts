import { CodeFolderInMemory } from './code-folder.js';
import { aJourney, JourneyRig, send, wait } from './journeys-rig.js';

const MJML = '<mjml>\n  <mj-body>\n    <!-- # no comment -->\n  </mj-body>\n</mjml>\n';

describe('journeys as code', () => {
  let rig: JourneyRig;
  let folder: CodeFolderInMemory;
  const journey = (key: string, fields = {}) => aJourney({ key, ...fields });
  const versions = async (): Promise<Record<string, [number | null, number]>> => {
    const list = await rig.journeys.list(rig.shop.id);
    return Object.fromEntries(list.map(({ key, liveVersion, latestVersion }) => [key, [liveVersion, latestVersion]]));
  };

  beforeEach(async () => {
    rig = await JourneyRig.start('journeys-code');
    folder = new CodeFolderInMemory(rig);
    const templates = { hello: { fr: { sms: 'Bonjour' }, en: { subject: "It's: 'yes' ", mjml: MJML, sms: 'no' } } };
    await rig.publish(
      journey('thanks', { templates, settings: { after: 'P1D', window: { to: '19:00', from: null } } }),
    );
    await rig.drafts.run(rig.shop.id, journey('later', { steps: [wait('rest', 'P1D'), send('say')] }));
    await rig.publish(journey('gone'));
    await rig.states.archive(rig.shop.id, 'gone');
  });
  afterEach(() => rig.stop());

  it('go round without loss, archived ones left out', async () => {
    expect((await folder.pull()).writes.map(({ name }) => name)).toEqual(['later.yaml', 'thanks.yaml']);
    expect(await folder.kinds()).toEqual(['later draft', 'thanks unchanged']);
    expect(await folder.apply()).toEqual([]);
    expect(await versions()).toMatchObject({ thanks: [1, 1], later: [null, 1] });
  });

  it('leave a file alone that says the same with comments', async () => {
    await folder.pull();
    const commented = `# ours\n${folder.files.get('thanks.yaml')}`;
    folder.files.set('thanks.yaml', commented);
    expect(await folder.pull()).toMatchObject({ writes: [], same: ['later.yaml', 'thanks.yaml'] });
    expect(folder.files.get('thanks.yaml')).toBe(commented);
  });

  it('publish nothing while the checker finds an error in one of them, and say where', async () => {
    const blind = journey('blind', { class: 'feedback', steps: [wait('rest', 'P7D'), send('say')] });
    await rig.drafts.run(rig.shop.id, blind);
    await folder.pull();
    folder.edit('blind.yaml', 'P7D', 'P8D');
    folder.edit('later.yaml', 'P1D', 'P2D');
    const { findings } = await folder.plan();
    expect(findings.find(({ severity }) => severity === 'error')).toMatchObject({
      code: 'send.after-refund',
      file: 'blind.yaml',
      pointer: '/exitOn',
    });
    await expect(folder.apply({ publish: true })).rejects.toMatchObject({ code: 'journey.invalid' });
    expect(await versions()).toMatchObject({ blind: [null, 1], later: [null, 1] });
    expect(await folder.apply()).toEqual(['saved blind 2', 'saved later 2']);
  });

  it('are saved as drafts, then published; the second time there is nothing to do', async () => {
    await folder.pull();
    folder.edit('thanks.yaml', 'Say thank you', 'Say thanks');
    folder.files.set('new.yaml', (folder.files.get('later.yaml') ?? '').replace('key: later', 'key: brand-new'));
    const { changes, faults } = await folder.plan();
    expect(faults).toEqual([]);
    expect(changes.find(({ key }) => key === 'thanks')?.diff).toContain('-title: Say thank you\n+title: Say thanks');
    expect(await folder.apply()).toEqual(['saved brand-new 1', 'saved thanks 2']);
    expect(await folder.apply()).toEqual([]);
    expect(await folder.kinds()).toEqual(['brand-new draft', 'later draft', 'thanks draft']);
    expect((await folder.pull()).writes).toEqual([]);
    expect(await folder.apply({ publish: true })).toEqual([
      'published brand-new 1',
      'published later 1',
      'published thanks 2',
    ]);
    expect(await folder.apply({ publish: true })).toEqual([]);
    expect(await folder.kinds()).toEqual(['brand-new unchanged', 'later unchanged', 'thanks unchanged']);
    expect(await rig.makePublisher().undo(rig.shop.id, 'thanks')).toMatchObject({ version: 1 });
  });

  it('name every fault with file and line before anything else', async () => {
    await folder.pull();
    folder.edit('thanks.yaml', 'order.placed', 'order.plced');
    folder.edit('later.yaml', 'kind: wait', 'kind: weight');
    folder.files.set('more.yaml', 'key: more\nkey: again\n');
    folder.files.set('subject.yaml', writeWith('subject: "{{ broken"'));
    folder.files.set('gone.yaml', writeWith('subject: x').replace('key: subject', 'key: gone'));
    const { faults } = await folder.plan();
    expect(faults.map(({ file, line, pointer }) => `${file}:${line} ${pointer}`).toSorted()).toEqual([
      'gone.yaml:1 /key',
      expect.stringMatching(/^later.yaml:\d+ \/steps\/0\/kind$/),
      expect.stringMatching(/^more.yaml:2 $/),
      'subject.yaml:12 /templates/hello/en/subject',
      expect.stringMatching(/^thanks.yaml:4 \/trigger$/),
    ]);
  });

  it('are applied all or none', async () => {
    await folder.pull();
    const before = await versions();
    folder.files.set('a.yaml', writeWith('subject: x').replace('key: subject', 'key: a'));
    folder.files.set('b.yaml', writeWith('subject: "{{ broken"').replace('key: subject', 'key: b'));
    folder.edit('thanks.yaml', 'Say thank you', 'Say thanks');
    await expect(folder.apply({ publish: true })).rejects.toMatchObject({ code: 'journey.invalid' });
    expect(await versions()).toEqual(before);
  });

  it('are refused when the shop was changed since, unless forced', async () => {
    await folder.pull();
    await rig.publish(journey('thanks', { title: 'Changed in the shop' }));
    expect(await folder.kinds()).toEqual(['later draft', 'thanks changed drifted']);
    folder.files.set('later.yaml', (folder.files.get('later.yaml') ?? '').replace('P1D', 'P2D'));
    await expect(folder.apply()).rejects.toThrow(/Changed in the shop since the folder was pulled: thanks/);
    expect(await versions()).toMatchObject({ thanks: [2, 2], later: [null, 1] });
    expect(await folder.apply({ force: true })).toEqual(['saved later 2', 'saved thanks 3']);
    expect(await folder.kinds()).toEqual(['later draft', 'thanks draft']);
  });

  it('are not replaced by a pull once they were edited, unless forced', async () => {
    await folder.pull();
    await rig.publish(journey('thanks', { title: 'Changed in the shop' }));
    const pulled = folder.files.get('thanks.yaml') ?? '';
    folder.edit('thanks.yaml', 'Say thank you', 'Mine');
    await expect(folder.pull()).rejects.toThrow('Edited since they were pulled: thanks.yaml');
    folder.files.set('thanks.yaml', pulled);
    await folder.pull();
    expect(folder.files.get('thanks.yaml')).toContain('title: Changed in the shop');
    folder.edit('thanks.yaml', 'Changed in the shop', 'Mine');
    expect((await folder.pull(true)).writes).toHaveLength(1);
  });

  it('are archived only when asked, and only if they were pulled once', async () => {
    await folder.pull();
    await rig.publish(journey('unseen'));
    folder.files.delete('thanks.yaml');
    expect(await folder.kinds()).toEqual(['later draft', 'thanks missing', 'unseen missing drifted']);
    expect(await folder.apply()).toEqual([]);
    expect(await folder.apply({ archiveMissing: true })).toEqual(['archived thanks 1']);
    const states = await rig.journeys.list(rig.shop.id);
    expect(states.map(({ key, state }) => `${key} ${state}`)).toEqual([
      'gone archived',
      'later draft',
      'thanks archived',
      'unseen live',
    ]);
  });

  it('are new where a partial that they render is', async () => {
    const templates = { hello: { en: { subject: 'Hi', mjml: MJML, sms: 'Hello{% render "end" %}' } } };
    await rig.publish(journey('shared', { templates, partials: { end: { default: ', bye' } } }));
    await folder.pull();
    expect(folder.files.get('shared.yaml')).toContain(', bye');
    folder.edit('shared.yaml', ', bye', ', see you');
    expect(await folder.kinds()).toContain('shared changed');
    folder.files.set('partials/end.liquid', ', bye');
    folder.edit('shared.yaml', "partials:\n  end:\n    default: ', see you'\n", '');
    expect(await folder.kinds()).toContain('shared unchanged');
    folder.files.set('partials/end.liquid', ', so long');
    expect((await folder.plan()).changes.find(({ key }) => key === 'shared')?.diff).toContain(
      "+    default: ', so long'",
    );
    expect(await folder.apply({ publish: true })).toContain('published shared 2');
    expect(await folder.pull()).toMatchObject({ writes: [] });
    folder.edit('shared.yaml', '"end"', '"and"');
    expect((await folder.plan()).faults).toMatchObject([
      {
        file: 'shared.yaml',
        pointer: '/templates/hello/en/sms',
        message: expect.stringContaining('no partial "and": did you mean end?'),
      },
    ]);
  });

  it('stay paused when they are published', async () => {
    await folder.pull();
    await rig.states.pause(rig.shop.id, 'thanks');
    folder.edit('thanks.yaml', 'Say thank you', 'Say thanks');
    expect(await folder.apply({ publish: true })).toEqual(['published later 1', 'saved thanks 2']);
    expect(await folder.apply({ publish: true })).toEqual([]);
    expect(await rig.journeys.get(rig.shop.id, 'thanks')).toMatchObject({ state: 'paused', liveVersion: 1 });
  });
});

function writeWith(subject: string): string {
  return `key: subject
title: A subject
class: service
trigger: order.placed
entry: { key: order.id }
steps:
  - { id: say, kind: send, settings: { template: hello, channels: [email] } }
templates:
  hello:
    # the first language
    en:
      ${subject}
      mjml: <mjml></mjml>
`;
}
