import type { Channel, HandOverResult, OutboundMessage } from '#app/application';

/** What the provider behind a rig is told to do with the next message. */
export type ProviderMood = 'accept' | 'try-later' | 'bad-address' | 'silent-after-taking' | 'unreachable' | 'opted-out';

export interface ChannelRig {
  open(): Promise<Channel>;
  /** A message that the provider would take. */
  message(): OutboundMessage;
  /** An address that is more than one address, or another command in disguise. */
  readonly forgedAddress: string;
  setMood(mood: ProviderMood): Promise<void> | void;
  /** How many hand-overs reached the provider. */
  received(): number;
  close(): Promise<void>;
}

export const CONTRACT_CLAUSES = [
  'reports-sent',
  'reports-transient',
  'reports-bad-address',
  'reports-opt-out',
  'reports-unreachable',
  'reports-unknown',
  'refuses-forged-address',
  'sends-side-by-side',
  'once-per-key',
] as const;
type Clause = (typeof CONTRACT_CLAUSES)[number];

/** The same exam for every channel. What a channel can't keep it names, with the reason, and the reason is printed. */
export function describeChannelContract(
  name: string,
  makeRig: () => Promise<ChannelRig>,
  { skip = [] }: { skip?: { clause: Clause; reason: string }[] } = {},
): void {
  describe(`${name}: channel contract`, () => {
    let rig: ChannelRig;
    let channel: Channel;
    beforeEach(async () => {
      rig = await makeRig();
      channel = await rig.open();
    });
    afterEach(async () => {
      await channel.close();
      await rig.close();
    });
    const inMood = async (mood: ProviderMood): Promise<HandOverResult> => {
      await rig.setMood(mood);
      return channel.send(rig.message());
    };
    const exams: Record<Clause, () => Promise<void>> = {
      'reports-sent': async () => {
        expect(await inMood('accept')).toMatchObject({
          outcome: 'sent',
          phase: 'answered',
          providerRef: expect.any(String),
        });
      },
      'reports-transient': async () => {
        expect(await inMood('try-later')).toMatchObject({
          outcome: 'transient',
          providerRef: null,
          code: expect.any(String),
        });
      },
      'reports-bad-address': async () => {
        expect(await inMood('bad-address')).toMatchObject({ outcome: 'permanent', suppress: 'recipient' });
      },
      'reports-opt-out': async () => {
        expect(await inMood('opted-out')).toMatchObject({ outcome: 'permanent', suppress: 'opted-out' });
      },
      'reports-unreachable': async () => {
        expect((await inMood('unreachable')).outcome).toMatch(/^(transient|provider_down)$/);
      },
      'reports-unknown': async () => {
        expect(await inMood('silent-after-taking')).toMatchObject({ outcome: 'unknown', providerRef: null });
      },
      'refuses-forged-address': async () => {
        await rig.setMood('accept');
        expect(await channel.send({ ...rig.message(), to: rig.forgedAddress })).toMatchObject({
          outcome: 'permanent',
          phase: 'none',
        });
        expect(rig.received()).toBe(0);
      },
      'sends-side-by-side': async () => {
        await rig.setMood('accept');
        const results = await Promise.all(
          Array.from({ length: channel.concurrency + 5 }, () => channel.send(rig.message())),
        );
        expect(results.every((result) => result.outcome === 'sent')).toBe(true);
        expect(rig.received()).toBe(results.length);
      },
      'once-per-key': async () => {
        await rig.setMood('accept');
        const message = rig.message();
        await channel.send(message);
        await channel.send(message);
        expect(rig.received()).toBe(1);
      },
    };
    for (const clause of CONTRACT_CLAUSES) {
      const reason = skip.find((entry) => entry.clause === clause)?.reason;
      if (reason === undefined) {
        it(clause, exams[clause]);
      } else {
        process.stderr.write(`skipped: ${name} ${clause}: ${reason}\n`);
        it.skip(`${clause} (${reason})`, exams[clause]);
      }
    }
  });
}
