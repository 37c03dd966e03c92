import { ChangeJourneyState, CheckJourney, InstallPreset, PresetCatalogue, type PresetSource } from '#app/application';
import { PgJourneyStore } from '#app/persistence';
import { CheckerInPlace, unknownSnippets } from './checker-in-place.js';
import { aJourney, JourneyRig, send, wait } from './journeys-rig.js';

/** Asks for an opinion days after the order, whatever has become of it. */
const BLIND = aJourney({
  class: 'feedback',
  steps: [wait('rest', 'P7D'), send('say', { usefulFor: 'P7D' })],
  templates: { hello: { en: { subject: 'Hello', mjml: '<mj-text>Hello</mj-text>', sms: 'Hello' } } },
});
const EXITS = ['order.refunded', 'order.cancelled', 'return.requested'] as const;
const MENDED = { ...BLIND, exitOn: EXITS.map((event) => ({ event })) };
const FOUND = ['send.after-refund', 'send.after-cancellation', 'send.after-return'];

const PRESET = `
key: thanks
title: Say thank you
class: feedback
trigger: { event: order.placed }
entry: { key: order.id }
steps:
  - { id: rest, kind: wait, settings: { for: P7D } }
  - { id: say, kind: send, settings: { template: hello, channels: [sms], usefulFor: P7D } }
templates:
  hello: { en: { sms: Hello } }
`;

class OnePreset extends PresetCatalogue {
  async list(): Promise<readonly PresetSource[]> {
    return [await this.find()];
  }

  async find(): Promise<PresetSource> {
    return { key: 'thanks', text: PRESET };
  }

  async samples(): Promise<readonly PresetSource[]> {
    return [];
  }
}

describe('what the checker says of a journey that is to go live', () => {
  let rig: JourneyRig;
  beforeEach(async () => {
    rig = await JourneyRig.start('journeys-check');
  });
  afterEach(() => rig.stop());

  const save = (document = BLIND) => rig.drafts.run(rig.shop.id, document);
  const codes = (faults: readonly { readonly code: string }[]) => faults.map(({ code }) => code);
  const liveVersion = async () => (await rig.journeys.get(rig.shop.id, 'thanks')).liveVersion;

  it('refuses an error with the story that shows it, and publishes nothing', async () => {
    await save();
    const refused: unknown = await rig
      .makePublisher()
      .publish(rig.shop.id, 'thanks')
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'journey.invalid' });
    const { faults } = refused as { faults: { code: string; example: { story: { type: string }[] } }[] };
    expect(codes(faults)).toEqual(FOUND);
    expect(faults[0]?.example.story.map(({ type }) => type).slice(-2)).toEqual(['order.placed', 'order.refunded']);
    expect(await liveVersion()).toBeNull();
  });

  it('is shown beforehand', async () => {
    await save();
    const { findings } = await rig.makePreview().run(rig.shop.id, 'thanks');
    expect(codes(findings)).toEqual(FOUND);
  });

  it('answers warnings and publishes all the same', async () => {
    await save({ ...MENDED, class: 'service', steps: [wait('rest', 'P7D'), send('say')] });
    const published = await rig.makePublisher().publish(rig.shop.id, 'thanks');
    expect(codes(published.warnings)).toEqual(['send.never-expires']);
    expect(await liveVersion()).toBe(1);
  });

  it('takes the journeys into account that are live beside it', async () => {
    const start = (key: string, journey: string) =>
      aJourney({ key, steps: [wait('rest', 'P1D'), { id: 'go', kind: 'start-journey', settings: { journey } }] });
    await rig.publish({ ...start('ping', 'pong'), entry: { key: 'order.id', reentry: 'after-end' } });
    await save({ ...start('pong', 'ping'), entry: { key: 'order.id', reentry: 'after-end' } });
    await expect(rig.states.publish(rig.shop.id, 'pong')).rejects.toMatchObject({
      faults: [{ code: 'journey.circle' }],
    });
  });

  it('keeps a preset from going live with it, and leaves the draft', async () => {
    const presets = new InstallPreset(new OnePreset(), rig.drafts, rig.states);
    await expect(presets.run(rig.shop.id, { key: 'thanks', publish: true })).rejects.toMatchObject({
      code: 'journey.invalid',
    });
    expect(await presets.run(rig.shop.id, { key: 'thanks', publish: false })).toMatchObject({ state: 'draft' });
  });

  it('is said again of what was saved while it was found out', async () => {
    await save(MENDED);
    class Slow extends CheckJourney {
      override async latest(shopId: string, key: string) {
        const checked = await super.latest(shopId, key);
        await save();
        return checked;
      }
    }
    const store = new PgJourneyStore();
    const checker = new CheckerInPlace(rig.templates);
    const slow = new Slow(rig.unitOfWork, rig.plans, checker, store, unknownSnippets);
    const states = new ChangeJourneyState(rig.unitOfWork, store, rig.hints, slow, rig.makePlanner());
    await expect(states.publish(rig.shop.id, 'thanks')).rejects.toMatchObject({ code: 'conflict' });
    expect(await liveVersion()).toBeNull();
  });
});
