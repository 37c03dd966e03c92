import type { OrderFacts } from '../facts/facts.js';
import { toInstant } from '../time/instant.js';
import { decide, enter } from './decide.js';
import type { JourneyDocument } from './document.js';
import type { Decision } from './run.js';
import { aPlan, anEvent, aSnapshot } from './testing.js';

const AT = '2026-05-04T10:00:00.000Z';
const NOW = toInstant(AT);
const HOUR = 3_600_000;
const HELLO = { id: 'hello', kind: 'say', settings: { template: 'hello', channels: ['email'] } };
const REST = { id: 'rest', kind: 'pause', settings: { hours: 1 } };

function begin(extra: Partial<JourneyDocument>, order: Partial<OrderFacts> = {}) {
  const plan = aPlan(extra);
  const result = enter(plan, anEvent('order.placed', AT, { name: '#1' }), aSnapshot(order), NOW);
  if (!result.entered) throw new Error(result.reason);
  return { plan, ...result };
}
const acts = ({ effects }: Decision) => effects.flatMap((effect) => (effect.type === 'act' ? [effect] : []));

describe('a step that acts', () => {
  const label = { id: 'label', kind: 'label', settings: { tag: 'vip', and: 'rank' } };

  it('numbers its acts within the visit and writes them into the journal', () => {
    const { decision } = begin({ steps: [label, { ...label, id: 'again' }] });
    expect(acts(decision).map(({ step, visit, index, at }) => [step, visit, index, at])).toEqual([
      ['label', 1, 0, NOW],
      ['label', 1, 1, NOW],
      ['again', 2, 0, NOW],
      ['again', 2, 1, NOW],
    ]);
    expect(decision.journal[1]).toMatchObject({ kind: 'passed', step: 'label', data: { acts: [{ tag: 'vip' }, {}] } });
  });

  it('is seen by the steps that follow', () => {
    const say = { ...HELLO.settings, when: '"vip" in customer.tags && customer.attributes.rank == "vip"' };
    const { decision } = begin({ steps: [label, { ...HELLO, settings: say }] });
    expect(decision.effects.map(({ type }) => type)).toEqual(['act', 'act', 'send', 'finish']);
    const unlabelled = begin({ steps: [{ ...HELLO, settings: say }, label] });
    expect(unlabelled.decision.effects.map(({ type }) => type)).toEqual(['act', 'act', 'finish']);
  });

  it('knows whose run it is, and holds out what follows', () => {
    const { decision } = begin({ steps: [HELLO, { id: 'lot', kind: 'draw', settings: {} }, { ...HELLO, id: 'two' }] });
    expect(acts(decision)).toMatchObject([{ act: { type: 'assign', arm: 'test c1' } }]);
    expect(decision.effects.filter(({ type }) => type === 'send')).toEqual([
      expect.not.objectContaining({ isHeldOut: true }),
      expect.objectContaining({ isHeldOut: true }),
    ]);
    expect(decision.run.isHeldOut).toBe(true);
  });
});

describe('an audience that is asked again', () => {
  const when = '!order.isGift && event.data.name == "#1"';
  const woken = (
    recheck: 'before-send' | 'every-step',
    steps: JourneyDocument['steps'],
    order: Partial<OrderFacts>,
  ) => {
    const { plan, decision } = begin({ audience: { when, recheck }, steps });
    return decide(plan, decision.run, { type: 'woke', dueAt: NOW + HOUR }, aSnapshot(order), NOW + HOUR);
  };

  it('ends a run before the message that no longer concerns it', () => {
    const decision = woken('before-send', [REST, HELLO], { isGift: true });
    expect(decision.effects).toEqual([{ type: 'finish', status: 'exited', reason: 'audience' }]);
    expect(decision.journal.at(-1)).toMatchObject({
      kind: 'finished',
      step: 'hello',
      data: { conditions: [{ condition: when, result: false }] },
    });
  });

  it('lets the run go on while it holds, by the event that it entered by', () => {
    expect(woken('before-send', [REST, HELLO], {}).effects.map(({ type }) => type)).toEqual(['send', 'finish']);
    expect(woken('every-step', [REST, HELLO], {}).effects.map(({ type }) => type)).toEqual(['send', 'finish']);
  });

  it('is asked at each step, or before messages alone', () => {
    const steps = [REST, { id: 'label', kind: 'label', settings: { tag: 'vip' } }];
    expect(woken('before-send', steps, { isGift: true }).effects.map(({ type }) => type)).toEqual(['act', 'finish']);
    expect(woken('every-step', steps, { isGift: true })).toMatchObject({
      effects: [{ type: 'finish', reason: 'audience' }],
      run: { status: 'exited', endReason: 'audience', step: null },
    });
  });

  it('is not asked for a message that the step itself leaves out', () => {
    const quiet = { ...HELLO, settings: { ...HELLO.settings, when: 'order.cancelled' } };
    expect(woken('before-send', [REST, quiet], { isGift: true }).run.status).toBe('completed');
  });
});
