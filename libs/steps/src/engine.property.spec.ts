import { decide, enter, type JourneyPlan, type RunState } from '#app/domain';
import fc from 'fast-check';
import { anyPlan, anyStory, live, type Lived, RANDOM_KINDS, START } from './random/testing.js';
import { stepKinds } from './registry.js';

const NUM_RUNS = 100;
/** Journal lines that close a visit with something to show for it; `finished` closes the one at hand. */
const CLOSING = ['passed', 'sent', 'held-out'];

const check = (property: (lived: readonly Lived[], plan: JourneyPlan) => void): void =>
  fc.assert(
    fc.property(anyPlan, anyStory, (plan, story) => property(live(plan, story), plan)),
    { numRuns: NUM_RUNS },
  );
const effectsOf = (lived: readonly Lived[]) => lived.flatMap(({ decision }) => decision.effects);
const journalOf = (lived: readonly Lived[]) => lived.flatMap(({ decision }) => decision.journal);
const lastOf = (lived: readonly Lived[]): RunState => (lived.at(-1) as Lived).decision.run;
const stored = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

describe('any journey', () => {
  it('may hold every kind of step', () => {
    expect(RANDOM_KINDS.toSorted()).toEqual(
      stepKinds
        .list()
        .map(({ code }) => code)
        .toSorted(),
    );
  });

  it('waits or is over after each decision, and says so once', () => {
    check((lived) => {
      for (const { before, decision } of lived) {
        const { status, step } = decision.run;
        expect(['waiting', 'completed', 'exited']).toContain(status);
        expect(step === null).toBe(status !== 'waiting');
        const isOverNow = status !== 'waiting' && before?.status !== status;
        expect(decision.effects.filter(({ type }) => type === 'finish')).toHaveLength(isOverNow ? 1 : 0);
      }
    });
  });

  it('does nothing more once it is over', () => {
    check((lived) => {
      const after = lived.filter(({ before }) => before !== null && before.status !== 'waiting');
      expect(effectsOf(after)).toEqual([]);
      expect(journalOf(after).filter(({ kind }) => kind !== 'goal')).toEqual([]);
    });
  });

  it('numbers its journal without gaps', () => {
    check((lived) => {
      const journal = journalOf(lived);
      expect(journal.map(({ seq }) => seq)).toEqual(journal.map((_, index) => index));
      expect(lastOf(lived).seq).toBe(journal.length);
    });
  });

  it('never does the same thing twice: type, step, visit and index name each act and message', () => {
    check((lived) => {
      const keys = effectsOf(lived).flatMap((effect) => {
        if (effect.type === 'send') return [`send ${effect.step} ${effect.visit}`];
        return effect.type === 'act' ? [`act ${effect.step} ${effect.visit} ${effect.index}`] : [];
      });
      expect(new Set(keys).size).toBe(keys.length);
    });
  });

  it('closes each visit once; only the last one may be open, while the run waits there or since it ended there', () => {
    check((lived) => {
      const closed = journalOf(lived).flatMap(({ kind, data }) => (CLOSING.includes(kind) ? [data['visit']] : []));
      const { visit, status } = lastOf(lived);
      const isOpen = closed.length < visit;
      expect(closed).toEqual(Array.from({ length: isOpen ? visit - 1 : visit }, (_, index) => index + 1));
      expect(isOpen).toBe(status !== 'completed');
    });
  });

  it('never goes back in time, nor wakes earlier than it has come', () => {
    check((lived) => {
      for (const { before, decision } of lived) {
        const { at } = decision.run;
        expect(at).toBeGreaterThanOrEqual(before?.at ?? START);
        const early = decision.effects.filter((effect) => effect.type === 'wake' && effect.at < at);
        const shifted = decision.effects.filter((effect) => effect.type === 'send' && effect.dueAt !== at);
        expect([early, shifted]).toEqual([[], []]);
      }
    });
  });

  it('decides the same again, on the state as it was stored', () => {
    check((lived, plan) => {
      for (const { before, input, snapshot, now, decision } of lived) {
        const again =
          before === null
            ? enter(plan, snapshotEvent(input), snapshot, now)
            : { decision: decide(plan, stored(before), input, snapshot, now) };
        expect(JSON.stringify('decision' in again && again.decision)).toBe(JSON.stringify(decision));
      }
    });
  });

  it('comes to the same state when all it was told is told again from the start', () => {
    check((lived, plan) => {
      let run = stored((lived[0] as Lived).decision.run);
      for (const { input, snapshot, now } of lived.slice(1)) {
        run = stored(decide(plan, run, stored(input), stored(snapshot), now).run);
      }
      expect(run).toEqual(stored(lastOf(lived)));
    });
  });

  it('is not moved by a timer that rings twice or was set anew', () => {
    check((lived, plan) => {
      for (const { decision, snapshot, now } of lived) {
        const wake = decision.effects.find((effect) => effect.type === 'wake');
        const early = { type: 'woke', dueAt: (wake?.at ?? START) - 1 } as const;
        expect(decide(plan, decision.run, early, snapshot, now)).toEqual({
          run: decision.run,
          effects: [],
          journal: [],
        });
      }
    });
  });
});

describe('a person in any journey', () => {
  it('is drawn alike on every visit to a step', () => {
    check((lived) => {
      const arms = new Map<string, string>();
      for (const effect of effectsOf(lived)) {
        if (effect.type !== 'act' || effect.act.type !== 'assign') continue;
        expect(arms.get(effect.step) ?? effect.act.arm).toBe(effect.act.arm);
        arms.set(effect.step, effect.act.arm);
      }
    });
  });

  it('is sent and given nothing once held out, and everything until then', () => {
    const treatments = new Set<string>(['award', 'promise', 'call']);
    check((lived) => {
      let isHeldOut = false;
      const sends: [boolean, boolean][] = [];
      const given: string[] = [];
      for (const effect of effectsOf(lived)) {
        if (effect.type === 'act' && effect.act.type === 'assign') isHeldOut ||= effect.act.arm === 'held-out';
        if (effect.type === 'act' && isHeldOut && treatments.has(effect.act.type)) given.push(effect.act.type);
        if (effect.type === 'send') sends.push([effect.isHeldOut ?? false, isHeldOut]);
      }
      expect(given).toEqual([]);
      expect(sends.filter(([noted, wanted]) => noted !== wanted)).toEqual([]);
      expect(lastOf(lived).isHeldOut ?? false).toBe(isHeldOut);
    });
  });
});

function snapshotEvent(input: Lived['input']) {
  if (input.type === 'woke') throw new Error('A run begins with an event.');
  return input.event;
}
