import { EMPTY_CUSTOMER } from '../facts/facts.js';
import { toInstant } from '../time/instant.js';
import { decide, enter } from './decide.js';
import type { JourneyPlan } from './plan.js';
import type { Decision, RunState } from './run.js';
import { anEvent, aPlan, aSnapshot } from './testing.js';

const NINE = '2026-05-04T09:00:00Z';
const placed = anEvent('order.placed', NINE);
const at = toInstant;
const erased = { ...aSnapshot(), customer: { ...EMPTY_CUSTOMER, erasedAt: NINE } };
const HELLO = { id: 'hello', kind: 'say', settings: { template: 'hello', channels: ['email'] } } as const;

function entered(plan: JourneyPlan, snapshot = aSnapshot(), now = NINE): Decision {
  const result = enter(plan, placed, snapshot, at(now));
  if (!result.entered) throw new Error(`${result.reason}: ${result.detail}`);
  return result.decision;
}
const kinds = (decision: Decision): string[] => decision.journal.map(({ kind }) => kind);
const woke = (plan: JourneyPlan, run: RunState, dueAt: string, now = dueAt): Decision =>
  decide(plan, run, { type: 'woke', dueAt: at(dueAt) }, aSnapshot(), at(now));

describe('enter', () => {
  it('starts the run at the time of the event and waits from there', () => {
    const decision = entered(aPlan(), aSnapshot(), '2026-05-04T10:30:00Z');
    expect(decision).toMatchObject({
      run: { status: 'waiting', step: 'rest', visit: 1, at: at(NINE), seq: 2 },
      effects: [{ type: 'wake', at: at('2026-05-04T11:00:00Z') }],
    });
    expect(kinds(decision)).toEqual(['entered', 'waited']);
  });

  it('does not live ahead of the clock when the sender does', () => {
    expect(entered(aPlan(), aSnapshot(), '2026-05-04T08:00:00Z').run.at).toBe(at('2026-05-04T08:00:00Z'));
  });

  it('gives the entry key as text', () => {
    expect(
      enter(aPlan({ entry: { key: 'order.ordinal', reentry: 'never' } }), placed, aSnapshot(), at(NINE)),
    ).toMatchObject({ entered: true, entryKey: '1' });
  });

  it.each([
    ['where', { trigger: { event: 'order.placed' as const, where: 'order.isGift' } }],
    ['where', { trigger: { event: 'order.paid' as const } }],
    ['audience', { audience: 'order.total.amount > 5' }],
    ['entry-key', { entry: { key: 'order.name', reentry: 'never' as const } }],
    ['entry-key', { entry: { key: 'order.total.amount', reentry: 'never' as const } }],
  ])('refuses for %s with %j', (reason, extra) => {
    expect(enter(aPlan(extra), placed, aSnapshot(), at(NINE))).toMatchObject({ entered: false, reason });
  });

  it('refuses whoever asked to be erased', () => {
    expect(enter(aPlan(), placed, erased, at(NINE))).toEqual({ entered: false, reason: 'erased' });
  });

  it('says which fact was missing', () => {
    const result = enter(aPlan({ audience: 'order.total.amount > 5' }), placed, aSnapshot(), at(NINE));
    expect(result).toHaveProperty('detail', expect.stringContaining('No such key: amount'));
  });
});

describe('decide', () => {
  it.each([
    { type: 'event', event: anEvent('customer.redacted', '2026-05-04T10:00:00Z') } as const,
    { type: 'woke', dueAt: at('2026-05-04T11:00:00Z') } as const,
  ])('ends the run of whoever asked to be erased on $type', (input) => {
    const { run, effects } = decide(aPlan(), entered(aPlan()).run, input, erased, at('2026-05-04T11:00:00Z'));
    expect(run).toMatchObject({ status: 'exited', step: null, endReason: 'erased' });
    expect(effects).toEqual([{ type: 'finish', status: 'exited', reason: 'erased' }]);
  });

  it('goes on at the time it waited for, however late it is woken', () => {
    const plan = aPlan();
    const decision = woke(plan, entered(plan).run, '2026-05-04T11:00:00Z', '2026-05-05T00:00:00Z');
    expect(decision.effects).toEqual([
      expect.objectContaining({
        type: 'send',
        step: 'hello',
        visit: 2,
        class: 'service',
        dueAt: at('2026-05-04T11:00:00Z'),
      }),
      { type: 'finish', status: 'completed', reason: 'end' },
    ]);
    expect(kinds(decision)).toEqual(['woke', 'passed', 'sent', 'finished']);
    expect(decision.run).toMatchObject({ status: 'completed', step: null, endReason: 'end', seq: 6 });
  });

  it('does nothing on a stale wake, or for a run that is over', () => {
    const plan = aPlan();
    const { run } = entered(plan);
    expect(woke(plan, run, '2026-05-04T10:59:59Z')).toEqual({ run, effects: [], journal: [] });
    const { run: ended } = woke(plan, run, '2026-05-04T11:00:00Z');
    expect(woke(plan, ended, '2026-05-04T11:00:00Z')).toEqual({ run: ended, effects: [], journal: [] });
    expect(decide(plan, ended, { type: 'entered', event: placed }, aSnapshot(), at(NINE)).journal).toEqual([]);
  });

  it('ends on an exit event whose condition holds', () => {
    const plan = aPlan({ exitOn: [{ event: 'order.cancelled', where: 'order.isGift' }] });
    const { run } = entered(plan);
    const hear = (isGift: boolean) =>
      decide(
        plan,
        run,
        { type: 'event', event: anEvent('order.cancelled', '2026-05-04T09:30:00Z') },
        aSnapshot({ isGift }),
        at('2026-05-04T10:00:00Z'),
      );
    expect(hear(false)).toEqual({ run, effects: [], journal: [] });
    expect(hear(true)).toMatchObject({
      run: { at: at('2026-05-04T09:30:00Z'), endReason: 'exit:order.cancelled' },
      effects: [{ status: 'exited' }],
    });
  });

  it('moves a wait with its fact, and only then', () => {
    const plan = aPlan({ steps: [{ id: 'wait', kind: 'until', settings: { fact: 'order.promisedDate' } }, HELLO] });
    const { run, effects } = entered(plan);
    expect(effects).toEqual([]);
    const hear = (from: RunState, promisedDate: string | null) =>
      decide(
        plan,
        from,
        { type: 'event', event: anEvent('order.updated', '2026-05-04T10:00:00Z') },
        aSnapshot({ promisedDate }),
        at('2026-05-04T10:00:00Z'),
      );
    const known = hear(run, '2026-05-08');
    expect(known).toMatchObject({
      effects: [{ type: 'wake', at: at('2026-05-08T00:00:00Z') }],
      run: { at: at('2026-05-04T10:00:00Z') },
    });
    expect(hear(known.run, '2026-05-08')).toEqual({ run: known.run, effects: [], journal: [] });
    expect(hear(known.run, '2026-05-06').effects).toEqual([{ type: 'wake', at: at('2026-05-06T00:00:00Z') }]);
    expect(hear(known.run, '2026-05-01').effects).toEqual([{ type: 'wake', at: at('2026-05-04T10:00:00Z') }]);
    const unknown = hear(known.run, null);
    expect(unknown.effects).toEqual([]);
    expect(woke(plan, unknown.run, '2026-05-08T00:00:00Z').journal).toEqual([]);
  });

  it('notes the goal once, within its time, even after the end', () => {
    const plan = aPlan({ goal: { event: 'review.submitted', within: 'P7D', where: 'event.data.rating > 3' } });
    const { run } = woke(plan, entered(plan).run, '2026-05-04T11:00:00Z');
    const hear = (from: RunState, when: string, rating = 5) =>
      decide(
        plan,
        from,
        { type: 'event', event: anEvent('review.submitted', when, { rating }) },
        aSnapshot(),
        at(when),
      );
    const reached = hear(run, '2026-05-10T00:00:00Z');
    expect(reached).toMatchObject({
      run: { status: 'completed', goalAt: '2026-05-10T00:00:00.000Z' },
      effects: [],
      journal: [{ kind: 'goal', at: '2026-05-10T00:00:00.000Z' }],
    });
    for (const late of [
      hear(reached.run, '2026-05-10T01:00:00Z'),
      hear(run, '2026-05-12T00:00:00Z'),
      hear(run, '2026-05-10T00:00:00Z', 1),
    ])
      expect(late.journal).toEqual([]);
  });

  it('keeps what a condition said, and takes a missing fact for no', () => {
    const plan = aPlan({ steps: [{ ...HELLO, settings: { ...HELLO.settings, when: 'order.total.amount > 5' } }] });
    expect(entered(plan).journal[1]).toMatchObject({
      kind: 'passed',
      data: {
        conditions: [
          { condition: 'order.total.amount > 5', result: false, problem: expect.stringContaining('amount') },
        ],
      },
    });
    expect(entered(plan, aSnapshot({ total: { amount: 9, currency: 'EUR' } })).effects[0]).toMatchObject({
      type: 'send',
    });
  });

  it('ends a run as failed where a value is missing that a step needs', () => {
    const plan = aPlan({ steps: [{ id: 'wait', kind: 'until', settings: { fact: 'order.total.amount' } }] });
    expect(entered(plan)).toMatchObject({
      run: { status: 'failed', endReason: 'failed:expression.failed' },
      effects: [{ type: 'finish', status: 'failed' }],
    });
  });

  it('stops a step kind that goes round and round, without its messages', () => {
    const plan = aPlan({ steps: [HELLO, { id: 'round', kind: 'spin', settings: {} }] });
    expect(entered(plan)).toMatchObject({
      run: { endReason: 'failed:journey.endless' },
      effects: [{ type: 'finish', status: 'failed' }],
    });
  });

  it('ends at an exit step with its reason', () => {
    const plan = aPlan({ steps: [{ id: 'out', kind: 'leave', settings: {} }] });
    expect(entered(plan)).toMatchObject({
      run: { status: 'exited', endReason: 'step:out' },
      journal: [{}, { data: { why: 'enough' } }],
    });
  });

  it('fails a run whose step is gone', () => {
    const { run } = entered(aPlan());
    expect(woke(aPlan(), { ...run, step: 'gone' }, '2026-05-04T11:00:00Z').run.status).toBe('failed');
  });
});
