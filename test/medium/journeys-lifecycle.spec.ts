import path from 'node:path';
import { InstallPreset, PresetCatalogue, type PresetSource } from '#app/application';
import { FilePresetCatalogue } from '#app/platform';
import { aJourney, JourneyRig, NOW, send, wait } from './journeys-rig.js';

const after = (hours: number): string => new Date(Date.parse(NOW) + hours * 3_600_000).toISOString();

const PRESET = `
key: hello
title: Say hello
class: service
trigger: { event: order.placed }
entry: { key: order.id, reentry: never }
settings: { after: PT1H }
steps:
  - { id: rest, kind: wait, settings: { for: '{{settings.after}}' } }
  - { id: say, kind: send, settings: { template: hello, channels: [sms] } }
templates:
  hello: { en: { sms: Hello } }
`;

class OnePreset extends PresetCatalogue {
  async list(): Promise<readonly PresetSource[]> {
    return [{ key: 'hello', text: PRESET }];
  }

  async find(key: string): Promise<PresetSource | undefined> {
    return (await this.list()).find((preset) => preset.key === key);
  }

  async samples(): Promise<readonly PresetSource[]> {
    return [];
  }
}

describe('the life cycle of a journey', () => {
  let rig: JourneyRig;
  beforeEach(async () => {
    rig = await JourneyRig.start('journeys-lifecycle');
  });
  afterEach(() => rig.stop());

  const waiting = (fields = {}) =>
    aJourney({ steps: [wait('pause', 'PT24H'), send('say')], exitOn: [{ event: 'order.cancelled' }], ...fields });

  it('keeps a run on the version it entered when another is published', async () => {
    await rig.publish(waiting());
    await rig.hear(rig.event(await rig.person(), 'order.placed'));
    await rig.publish(waiting({ steps: [wait('pause', 'PT24H'), send('other')] }));
    await rig.hear(rig.event(await rig.person(), 'order.placed'));
    await rig.setNow(after(24));
    await rig.makeTimers().run();
    expect((await rig.messages()).map((message) => message.step).toSorted()).toEqual(['other', 'say']);
    expect(await rig.journeys.get(rig.shop.id, 'thanks')).toMatchObject({
      state: 'live',
      liveVersion: 2,
      latestVersion: 2,
      waitingRuns: 0,
      versions: [
        { version: 2, isLive: true },
        { version: 1, isLive: false },
      ],
    });
  });

  it('holds everything but exits while paused, and goes on when resumed', async () => {
    await rig.publish(waiting());
    const [leaves, stays, late] = await rig.people(3);
    if (!leaves || !stays || !late) throw new Error('three people');
    await rig.publish(aJourney({ key: 'queued' }));
    await rig.hear(rig.event(leaves, 'order.placed'), rig.event(stays, 'order.placed'));
    for (const key of ['thanks', 'queued']) await rig.states.pause(rig.shop.id, key);
    expect(await rig.query('select next_timer, next_message from app.agenda()')).toEqual([
      { next_timer: null, next_message: null },
    ]);
    await rig.setNow(after(30));
    await rig.hear(rig.event(leaves, 'order.cancelled', { occurredAt: after(2) }), rig.event(late, 'order.placed'));
    expect(await rig.makeTimers().run()).toMatchObject({ claimed: 0 });
    expect(await rig.query(`select * from app.claim_due_messages('email', 10, 10, '60 seconds')`)).toEqual([]);
    expect(await rig.query('select inbox, timers, messages from app.agenda()')).toEqual([
      { inbox: false, timers: false, messages: false },
    ]);
    expect((await rig.runRows()).filter((run) => run.status === 'waiting')).toHaveLength(1);
    for (const key of ['thanks', 'queued']) await rig.states.resume(rig.shop.id, key);
    expect(await rig.makeTimers().run()).toMatchObject({ claimed: 1, fired: 1, messages: 1 });
    expect(await rig.query(`select * from app.claim_due_messages('email', 10, 10, '60 seconds')`)).toHaveLength(3);
  });

  it('ends waiting runs and takes back queued messages when archived', async () => {
    await rig.publish(waiting({ steps: [send('say'), wait('pause', 'PT24H')] }));
    await rig.hear(...(await rig.people(3)).map((person) => rig.event(person, 'order.placed')));
    await rig.states.archive(rig.shop.id, 'thanks');
    const runs = await rig.runRows();
    expect(runs.map((run) => [run.status, run.end_reason])).toEqual(
      Array.from({ length: 3 }, () => ['exited', 'archived']),
    );
    expect((await rig.messages()).map((message) => message.reason)).toEqual(['archived', 'archived', 'archived']);
    expect(await rig.timers()).toEqual([]);
    expect(await rig.hear(rig.event(await rig.person(), 'order.placed'))).toMatchObject({ started: 0 });
    await expect(rig.states.publish(rig.shop.id, 'thanks')).rejects.toMatchObject({ code: 'conflict' });
    await expect(rig.drafts.run(rig.shop.id, waiting())).rejects.toMatchObject({ code: 'conflict' });
    expect(await rig.states.archive(rig.shop.id, 'thanks')).toMatchObject({ state: 'archived' });
  });

  it('reaches messages that are on their way when it is paused or archived', async () => {
    await rig.publish(waiting({ steps: [send('say'), wait('pause', 'PT24H')] }));
    for (let n = 0; n < 2; n += 1) await rig.hear(rig.event(await rig.person(), 'order.placed'));
    const [first, second] = await rig.messages();
    await rig.query(`update app.message set state = 'handing' where id = $1`, [first?.['id']]);
    await rig.query(`update app.message set state = 'claimed' where id = $1`, [second?.['id']]);
    const held = (): Promise<unknown[]> => rig.query('select held from app.message');
    await rig.states.pause(rig.shop.id, 'thanks');
    expect(await held()).toEqual([{ held: true }, { held: true }]);
    await rig.states.resume(rig.shop.id, 'thanks');
    expect(await held()).toEqual([{ held: false }, { held: false }]);
    await rig.states.archive(rig.shop.id, 'thanks');
    expect(await rig.query('select state from app.message order by state')).toEqual([
      { state: 'handing' },
      { state: 'suppressed' },
    ]);
  });

  it('refuses a faulty document with the place of every fault and stores nothing', async () => {
    const templates = { hello: { en: { subject: '{{ broken', mjml: '<mjml></mjml>', sms: 'x' } } };
    const refused = rig.drafts.run(rig.shop.id, waiting({ audience: 'order.nonsense', templates }));
    await expect(refused).rejects.toMatchObject({ code: 'journey.invalid' });
    const faults: { pointer: string }[] = (await refused.catch(
      (error: { faults: { pointer: string }[] }) => error.faults,
    )) as never;
    expect(faults.map((fault) => fault.pointer)).toEqual(
      expect.arrayContaining(['/audience', '/templates/hello/en/subject']),
    );
    expect(await rig.journeys.list(rig.shop.id)).toEqual([]);
  });

  it('stores the surveys that a published journey asks', async () => {
    const survey = { key: 'first-look', metric: 'csat', question: { en: 'How was it?' } };
    const steps = [{ id: 'ask', kind: 'ask', settings: { survey, template: 'hello', channels: ['email'] } }];
    await rig.publish(aJourney({ class: 'feedback', steps }));
    expect(await rig.query('select key, definition from app.survey')).toMatchObject([
      { key: 'first-look', definition: { metric: 'csat', scale: { min: 1, max: 5 } } },
    ]);
  });

  describe('presets', () => {
    const presets = () => new InstallPreset(new OnePreset(), rig.drafts, rig.states);

    it('become journeys of the shop with settings of its own', async () => {
      expect(await presets().list()).toEqual([
        { key: 'hello', title: 'Say hello', class: 'service', settings: { after: 'PT1H' } },
      ]);
      const installed = await presets().run(rig.shop.id, { key: 'hello', publish: true, settings: { after: 'PT72H' } });
      expect(installed).toMatchObject({ key: 'hello', version: 1, state: 'live' });
      await rig.hear(rig.event(await rig.person(), 'order.placed'));
      expect(await rig.timers()).toMatchObject([{ due_at: new Date(after(72)) }]);
    });

    it('that ship with the project can all be installed and published', async () => {
      const shipped = new InstallPreset(
        new FilePresetCatalogue(path.resolve('config/presets/journeys')),
        rig.drafts,
        rig.states,
      );
      const keys = (await shipped.list()).map((preset) => preset.key);
      expect(keys).toEqual(
        expect.arrayContaining([
          'delay-apology',
          'delivery-csat',
          'order-thank-you',
          'repeat-thank-you',
          'review-request',
        ]),
      );
      for (const key of keys) await shipped.run(rig.shop.id, { key, publish: true });
      expect((await rig.journeys.list(rig.shop.id)).map((journey) => [journey.key, journey.state])).toEqual(
        keys.map((key) => [key, 'live']),
      );
      expect(await rig.query('select key from app.survey')).not.toHaveLength(0);
    }, 30_000);

    it('make a new version only when something differs', async () => {
      await presets().run(rig.shop.id, { key: 'hello', publish: true });
      expect(await presets().run(rig.shop.id, { key: 'hello', publish: false })).toEqual({
        key: 'hello',
        version: 1,
        state: 'live',
        warnings: [],
      });
      expect(
        await presets().run(rig.shop.id, { key: 'hello', publish: false, settings: { after: 'PT2H' } }),
      ).toMatchObject({ version: 2 });
      expect(await rig.journeys.get(rig.shop.id, 'hello')).toMatchObject({ liveVersion: 1, latestVersion: 2 });
    });

    it('refuse settings that they do not have', async () => {
      const refused = presets().run(rig.shop.id, { key: 'hello', publish: true, settings: { later: 'PT2H' } });
      await expect(refused).rejects.toMatchObject({ code: 'validation', faults: [{ pointer: '/settings/later' }] });
      await expect(presets().run(rig.shop.id, { key: 'nothing', publish: true })).rejects.toMatchObject({
        code: 'not_found',
      });
    });
  });
});
