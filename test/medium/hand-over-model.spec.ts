import { ConfiguredChannels } from '#app/channels';
import { type ClaimedMessage, type FenceVerdict, type HandOverRecord, HintPort, ResolveDoubts } from '#app/application';
import { PgDoubtStore } from '#app/persistence';
import fc from 'fast-check';
import { DeliveryRig } from './delivery-rig.js';

/** What the model knows: what the provider was handed, and what it took. */
interface Provider {
  readonly handed: Map<string, number>;
  readonly taken: Map<string, number>;
}

/** A worker between claim and record; it may be frozen at any point and go on later. */
interface Worker {
  claim: ClaimedMessage | undefined;
  isFenced: boolean;
  record: HandOverRecord | undefined;
}

interface World {
  readonly provider: Provider;
  readonly workers: readonly Worker[];
  fenced: number;
}

type Step = fc.AsyncCommand<Record<string, never>, World>;
type Answer = 'accepted' | 'accepted-silently' | 'lost' | 'later';

const WORKERS = 3;
const MESSAGES = 2;
const LEASE_MS = 60_000;

let rig: DeliveryRig;
beforeAll(async () => {
  rig = await DeliveryRig.start('hand_over_model');
  await rig.rows('update app.shop set contact_rules = $1', [{ shopPerMonth: { email: { messages: 1_000_000 } } }]);
});
afterAll(() => rig.stop());

/** No provider can be asked, and nobody is in a hurry. */
class NoHints extends HintPort {
  hint(): void {}
}
const resolver = () =>
  new ResolveDoubts(rig.uow, new PgDoubtStore(), rig.routes(new ConfiguredChannels({})), new NoHints());

function step(name: string, run: (world: World) => Promise<void>): Step {
  return { check: () => true, run: (_model, world) => run(world), toString: () => name };
}

const free = (): Worker => ({ claim: undefined, isFenced: false, record: undefined });
const worker = (world: World, n: number): Worker => world.workers[n] as Worker;
const bump = (counts: Map<string, number>, id: string): void => void counts.set(id, (counts.get(id) ?? 0) + 1);

const claim = (n: number) =>
  step(`worker ${n} claims`, async (world) => {
    const held = worker(world, n);
    const [claimed] = await rig.uow.acrossShops((tx) =>
      rig.store.claim(tx, 'email', { messages: 1, retries: 1 }, { only: null, except: [] }, LEASE_MS),
    );
    if (claimed) Object.assign(held, free(), { claim: claimed });
  });

const fence = (n: number) =>
  step(`worker ${n} fences`, async (world) => {
    const held = worker(world, n);
    if (!held.claim || held.isFenced) return;
    const { id, epoch } = held.claim;
    const verdict: FenceVerdict = {
      id,
      epoch,
      state: 'handing',
      reason: null,
      until: null,
      judgement: null,
      deadLetter: null,
      parcel: {
        customerId: (await rig.message(id)).customer_id,
        channel: 'email-smtp',
        accountId: null,
        address: 'ada@mail.example',
        content: { subject: 'Hello', text: 'Hello', html: null },
        contentHash: '00'.repeat(32),
        costMicros: 0,
        links: [],
      },
    };
    held.isFenced = (await rig.uow.inShop(rig.shopId, (tx) => rig.store.fence(tx, [verdict], LEASE_MS))).has(id);
    if (held.isFenced) world.fenced += 1;
    else Object.assign(held, free());
  });

const OUTCOME: Readonly<Record<Answer, Pick<HandOverRecord, 'state' | 'reason'>>> = {
  accepted: { state: 'sent', reason: null },
  'accepted-silently': { state: 'unknown', reason: 'no-answer' },
  lost: { state: 'unknown', reason: 'no-answer' },
  later: { state: 'queued', reason: 'try-again' },
};

/** The provider is reached by whoever was let through the fence, however late. */
const send = (n: number, answer: Answer) =>
  step(`worker ${n} sends: ${answer}`, async ({ provider, workers }) => {
    const held = workers[n] as Worker;
    if (!held.claim || !held.isFenced || held.record) return;
    const { id, epoch } = held.claim;
    // an answer that it doesn't want the message is no hand-over
    if (answer !== 'later') bump(provider.handed, id);
    if (answer.startsWith('accepted')) bump(provider.taken, id);
    const { state, reason } = OUTCOME[answer];
    held.record = {
      id,
      epoch,
      state,
      reason,
      delayMs: 0,
      isUncounted: true,
      providerRef: null,
      attempt: null,
      suppression: null,
      deadLetter: null,
    };
  });

const record = (n: number) =>
  step(`worker ${n} records`, async (world) => {
    const held = worker(world, n);
    const outcome = held.record;
    if (!outcome) return;
    await rig.uow.inShop(rig.shopId, (tx) => rig.store.record(tx, [outcome]));
    Object.assign(held, free());
  });

const die = (n: number) => step(`worker ${n} dies`, async (world) => void Object.assign(worker(world, n), free()));

const endLeases = () =>
  step('leases end', async () => {
    await rig.rows(
      `update app.message set lease_until = app.lease_now() - interval '1 s' where lease_until is not null`,
    );
  });
const reap = () => step('the reaper comes', async () => void (await rig.housekeeping.reapLeases()));
const lookInto = () =>
  step('doubts are looked into after the quarantine', async () => {
    await rig.rows(`update app.message set handed_at = handed_at - interval '16 minutes'`);
    await resolver().run();
  });

/** Messages that count for the budget of the shop. */
async function counted(): Promise<number> {
  const [row] = await rig.rows<{ n: number }>(
    `select coalesce(sum(messages), 0)::int as n from (
       select messages from app.sending_day union all select messages from app.sending_change) counts`,
  );
  return row?.n ?? 0;
}

const anyone = fc.nat(WORKERS - 1);
const answers = fc.constantFrom<Answer>('accepted', 'accepted-silently', 'lost', 'later');
const commands = fc.commands<Record<string, never>, World, never>(
  [
    anyone.map(claim),
    anyone.map(fence),
    fc.tuple(anyone, answers).map(([n, answer]) => send(n, answer)),
    anyone.map(record),
    anyone.map(die),
    fc.constant(endLeases()),
    fc.constant(reap()),
    fc.constant(lookInto()),
  ] as never,
  { maxCommands: 40, size: 'max' },
);

/** Everybody dies, and a successor that meets a willing provider does what is left. */
async function settle(world: World): Promise<void> {
  const run = async (...steps: Step[]): Promise<void> => {
    for (const next of steps) await next.run({}, world);
  };
  await run(...world.workers.map((_, n) => die(n)), endLeases(), reap());
  for (let round = 0; round < MESSAGES * 2; round += 1)
    await run(claim(0), fence(0), send(0, 'accepted'), record(0), lookInto());
}

describe('a message on its way out, whatever its workers, the reaper and the provider do in whatever order', () => {
  it.each([
    ['hold', 1],
    ['resend_once', 2],
  ] as const)(
    'with policy %s is handed over at most %i time(s), and ends',
    async (policy, most) => {
      await fc.assert(
        fc
          .asyncProperty(commands, async (steps) => {
            const ids = await rig.plan(MESSAGES, { class: 'service' });
            await rig.rows('update app.message set unknown_policy = $1 where id = any($2)', [policy, ids]);
            const world: World = {
              provider: { handed: new Map(), taken: new Map() },
              workers: Array.from({ length: WORKERS }, free),
              fenced: 0,
            };
            const before = await counted();
            await fc.asyncModelRun(() => ({ model: {}, real: world }), steps as never);
            await settle(world);
            const handed = [...world.provider.handed.values()].reduce((sum, times) => sum + times, 0);
            const spent = (await counted()) - before;
            // whatever the provider may have taken counts, and nothing that stood at no fence
            expect(spent).toBeGreaterThanOrEqual(handed);
            expect(spent).toBeLessThanOrEqual(world.fenced);
            for (const id of ids) {
              const { state } = await rig.message(id);
              const { handed, taken } = world.provider;
              expect(handed.get(id) ?? 0).toBeLessThanOrEqual(most);
              expect(['sent', 'unknown']).toContain(state);
              // sent is said of nothing that the provider doesn't have
              expect(state !== 'sent' || taken.has(id)).toBe(true);
            }
          })
          .afterEach(async () => void (await rig.rows(`update app.message set state = 'failed', lease_until = null`))),
        { numRuns: 60 },
      );
    },
    120_000,
  );
});
