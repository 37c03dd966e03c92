import { DeliveryStore } from '#app/application';
import { type CustomerFacts, MEDIA, MESSAGE_CLASSES, PHONE_MEDIA } from '#app/domain';
import { jest } from '@jest/globals';
import fc from 'fast-check';
import type { HandOver } from './consent-oracle.js';
import { ConsentWorld, type Mood } from './consent-world.js';

const RUNS = Number(process.env['AFTERGLOW_RUNS'] ?? 30);
const PEOPLE = 2;
const DAY_MINUTES = 1_440;

type Act = (world: ConsentWorld) => Promise<void>;
type Step = fc.AsyncCommand<Record<string, never>, ConsentWorld>;

let world: ConsentWorld;
beforeAll(async () => {
  world = await ConsentWorld.start('consent_at_send');
}, 120_000);
afterAll(() => world?.stop());
jest.setTimeout(60_000);
afterEach(() => jest.restoreAllMocks());

/** Keeps its name beside it, for who reads what failed. */
interface NamedAct {
  readonly name: string;
  readonly act: Act;
}
const named = (name: string, act: Act): NamedAct => ({ name, act });
const toStep = ({ name, act }: NamedAct): Step => ({
  check: () => true,
  run: (_model, real) => act(real),
  toString: () => name,
});

const who = fc.nat(PEOPLE - 1);
const medium = fc.constantFrom(...MEDIA);
const ago = fc.constantFrom(0, 0, 0, 1, 30, 600);
const nth = fc.nat(3);

const words: fc.Arbitrary<NamedAct> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(who, medium, ago)
      .map(([n, by, minutes]) =>
        named(`${n} agrees to ${by}, ${minutes} min ago`, (w) => w.tell(n, by, 'in', minutes)),
      ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(who, medium, ago)
      .map(([n, by, minutes]) => named(`${n} refuses ${by}, ${minutes} min ago`, (w) => w.tell(n, by, 'out', minutes))),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(who, fc.constantFrom(...PHONE_MEDIA), fc.constantFrom('STOP' as const, 'START' as const))
      .map(([n, by, word]) => named(`${n} says ${word} by ${by}`, (w) => w.text(n, by, word))),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(who, nth).map(([n, k]) => named(`${n} follows link ${k}`, (w) => w.unsubscribe(n, k))),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(who, nth, fc.nat(63))
      .map(([n, k, boxes]) => named(`${n} ticks ${boxes.toString(2)} on page ${k}`, (w) => w.choose(n, k, boxes))),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(who, nth, fc.constantFrom('message.complained' as const, 'message.bounced' as const))
      .map(([n, k, type]) => named(`${type} ${k} of ${n}`, (w) => w.returnMail(n, k, type))),
  },
  { weight: 1, arbitrary: who.map((n) => named(`${n} has blocked us`, (w) => w.block(n))) },
  { weight: 1, arbitrary: who.map((n) => named(`${n} is erased`, (w) => w.erase(n))) },
  { weight: 2, arbitrary: who.map((n) => named(`${n} moves`, (w) => w.move(n))) },
);
const orders = fc
  .tuple(who, fc.boolean())
  .map(([n, hasEvidence]) =>
    named(`${n} orders${hasEvidence ? ' with evidence' : ''}`, (w) => w.order(n, hasEvidence)),
  );
const work = fc.boolean().map((isAll) => named(isAll ? 'all is worked on' : 'one is worked on', (w) => w.work(isAll)));
const time = fc
  .constantFrom(1, 60, 200, DAY_MINUTES)
  .map((minutes) => named(`${minutes} minutes pass`, (w) => w.pass(minutes)));
const deliveries = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.option(fc.oneof(words, work)))
  .map(([workers, other]) =>
    named(`${workers} deliver${other ? ` while ${other.name}` : ''}`, (w) =>
      w.deliver(workers, async () => other?.act(w)),
    ),
  );
const trouble: fc.Arbitrary<NamedAct> = fc.oneof(
  fc
    .constantFrom<Mood>('willing', 'willing', 'busy', 'silent', 'unsubscribed')
    .map((mood) => named(`providers are ${mood}`, async (w) => w.face(mood))),
  medium.map((by) => named(`a worker freezes over ${by}`, (w) => w.freeze(by))),
  fc.constant(named('the frozen go on', (w) => w.thaw())),
  fc.constant(named('the reaper comes', (w) => w.reap())),
);

const steps = fc.commands<Record<string, never>, ConsentWorld, never>(
  [words, orders, work, work, time, deliveries, deliveries, trouble].map((one) => one.map(toStep)) as never,
  { maxCommands: 40, size: 'max' },
);

/** Everybody has agreed to everything, has an order and got what it brings at once. */
async function open(): Promise<void> {
  for (const n of world.people.keys()) {
    for (const by of MEDIA) await world.tell(n, by, 'in', 1);
    await world.order(n, false);
  }
  await world.work(true);
  await world.deliver(1, async () => {});
}

/** All that waits comes to its end. */
async function close(): Promise<void> {
  world.face('willing');
  await world.thaw();
  await world.reap();
  for (const minutes of [200, DAY_MINUTES]) {
    await world.pass(minutes);
    await world.deliver(2, async () => {});
    await world.work(true);
  }
}

const property = (seen: (handed: readonly HandOver[]) => void) =>
  fc.asyncProperty(steps, fc.boolean(), async (some, hasRules) => {
    await world.begin(PEOPLE, hasRules);
    await open();
    await fc.asyncModelRun(() => ({ model: {}, real: world }), some as never);
    await close();
    const { handed, faults } = await world.judge();
    seen(handed);
    expect(faults).toEqual([]);
  });

describe('whatever people say, however journeys, workers and providers go about it', () => {
  it('nothing is handed over without the consent that it needs at that moment', async () => {
    const seen = new Set<string>();
    await fc.assert(
      property((handed) => {
        for (const one of handed) seen.add(one.class);
      }),
      { numRuns: RUNS },
    );
    expect([...seen].toSorted()).toEqual([...MESSAGE_CLASSES].toSorted());
  }, 600_000);
});

/** Somebody who has agreed to everything, and for whom texts of all classes wait. */
async function ready(): Promise<void> {
  await world.begin(1, false);
  await open();
  await world.order(0, false);
  await world.work(true);
}

/** What goes out, by class, and what is to be said against it. */
async function texts(): Promise<string[]> {
  const before = (await world.judge()).handed.length;
  await world.deliver(1, async () => {});
  const { handed, faults } = await world.judge();
  const byText = handed.slice(before).filter(({ medium: by }) => by === 'sms');
  return [...byText.map((one) => one.class), ...faults].toSorted();
}

describe('who unsubscribes by a link', () => {
  const agree = (): Promise<void> => world.tell(0, 'sms', 'in', 0);
  beforeEach(ready);

  it('is heeded though an opt-in from before is worked on first', async () => {
    await agree();
    await world.pass(1);
    await world.unsubscribe(0, 0, 'sms');
    await world.work(false);
    expect(await texts()).toEqual(['service']);
  });

  it('for the second time, by the same link, is heeded as the first time', async () => {
    await world.unsubscribe(0, 0, 'sms');
    await world.work(true);
    await world.pass(1);
    await agree();
    await world.work(true);
    await world.pass(10);
    await world.unsubscribe(0, 0, 'sms');
    await world.work(true);
    await world.tell(0, 'sms', 'in', 5);
    await world.work(true);
    expect(await texts()).toEqual(['service']);
  });

  it('is heeded though they agree again before it is worked on, and unsubscribe again', async () => {
    await world.unsubscribe(0, 0, 'sms');
    await world.pass(1);
    await agree();
    await world.pass(1);
    await world.unsubscribe(0, 0, 'sms');
    await world.work(true);
    expect(await texts()).toEqual(['service']);
  });

  it('may agree again', async () => {
    await world.unsubscribe(0, 0, 'sms');
    await world.work(true);
    await world.pass(1);
    await agree();
    await world.work(true);
    expect(await texts()).toEqual([...MESSAGE_CLASSES].toSorted());
  });
});

describe('who ticks boxes on the page of a message', () => {
  beforeEach(ready);
  // those of texts come behind those of mails: questions, reviews, offers
  const QUESTIONS = 0b001_111;
  const ALL = 0b111_111;

  it('is heeded at once, class by class', async () => {
    await world.choose(0, 0, QUESTIONS);
    expect(await texts()).toEqual(['feedback', 'service']);
  });

  it('is heeded though an opt-in from before is worked on later', async () => {
    await world.tell(0, 'sms', 'in', 0);
    await world.pass(1);
    await world.choose(0, 0, QUESTIONS);
    await world.work(true);
    expect(await texts()).toEqual(['feedback', 'service']);
  });

  it('may tick them again', async () => {
    await world.choose(0, 0, 0);
    await world.pass(1);
    await world.choose(0, 0, ALL);
    expect(await texts()).toEqual([...MESSAGE_CLASSES].toSorted());
  });
});

describe('a gate that is broken is found out', () => {
  beforeEach(ready);

  const gate = (change: (customer: CustomerFacts) => CustomerFacts): void => {
    const store = world.get<DeliveryStore>(DeliveryStore);
    const read = store.gate.bind(store);
    jest
      .spyOn(store, 'gate')
      .mockImplementation(async (tx, messages) =>
        (await read(tx, messages)).map((facts) => ({ ...facts, customer: change(facts.customer) })),
      );
  };
  const agreed = (customer: CustomerFacts): CustomerFacts => {
    const consent = { state: 'opted_in', at: '2026-01-01T00:00:00.000Z', proof: null, statements: {} } as const;
    return { ...customer, consents: { email: consent, sms: consent } };
  };

  const leave = async (): Promise<void> => {
    await world.tell(0, 'sms', 'out', 0);
    // nobody suppresses an address that isn't known yet
    await world.move(0);
    await world.work(true);
  };
  const WITHDRAWN = expect.stringContaining('they had withdrawn') as unknown;

  it('by those whose consent it never asks for', async () => {
    await leave();
    gate(agreed);
    expect(await texts()).toEqual(['feedback', WITHDRAWN, 'marketing', WITHDRAWN, 'review', WITHDRAWN, 'service']);
  });

  it('and no other', async () => {
    await leave();
    expect(await texts()).toEqual(['service']);
  });

  it('by those whose address it never looks for', async () => {
    await world.unsubscribe(0, 0, 'sms');
    jest.spyOn(world.get<DeliveryStore>(DeliveryStore), 'suppressed').mockResolvedValue(new Map());
    expect(await texts()).toEqual(['feedback', WITHDRAWN, 'marketing', WITHDRAWN, 'review', WITHDRAWN, 'service']);
  });
});
