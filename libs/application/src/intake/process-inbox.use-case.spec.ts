import { describe, expect, it } from '@jest/globals';
import { PermanentError, TransientError } from '#app/domain';
import { HintPort, type QueueName } from '../ports/hint.port.js';
import { Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import { type DigestBodies, type InboxReport, NOTHING_DONE } from './digest-bodies.use-case.js';
import type { ClaimedBody, InboxPort } from './inbox.port.js';
import { ProcessInbox } from './process-inbox.use-case.js';

class NoTransaction extends Transaction {
  readonly shopId = 's';
}

class Direct extends UnitOfWork {
  inShop<T>(_shopId: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return work(new NoTransaction());
  }
  together<T>(shopId: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.inShop(shopId, work);
  }
  acrossShops<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return work(new NoTransaction());
  }
}

class Hints extends HintPort {
  readonly given: QueueName[] = [];
  hint(queue: QueueName): void {
    this.given.push(queue);
  }
}

interface Rig {
  readonly process: ProcessInbox;
  readonly hints: Hints;
  readonly digested: string[][];
  readonly asides: string[];
}

function aRig(ids: readonly string[], digest: (ids: string[]) => Partial<InboxReport>, setAside = (): 0 | 1 => 0): Rig {
  const bodies = ids.map((id) => ({ id, shopId: 's' }) as ClaimedBody);
  const [hints, digested, asides] = [new Hints(), [] as string[][], [] as string[]];
  const inbox = { claim: () => Promise.resolve(bodies) } as unknown as InboxPort;
  const work = {
    digest: async (_tx: Transaction, claimed: readonly ClaimedBody[]) => {
      const taken = claimed.map(({ id }) => id);
      digested.push(taken);
      return { ...NOTHING_DONE, claimed: taken.length, ...digest(taken) };
    },
    setAside: async (_tx: Transaction, { id }: ClaimedBody) => {
      asides.push(id);
      return setAside();
    },
  } as unknown as DigestBodies;
  return { process: new ProcessInbox(inbox, new Direct(), work, hints), hints, digested, asides };
}

const failing =
  (bad: string, error: Error) =>
  (ids: string[]): Partial<InboxReport> => {
    if (ids.includes(bad)) throw error;
    return { events: ids.length };
  };

describe('ProcessInbox', () => {
  it('does nothing when nothing is open', async () => {
    expect(await aRig([], () => ({})).process.run()).toEqual(NOTHING_DONE);
  });

  it('takes a batch in one transaction and hints at the media of its messages', async () => {
    const rig = aRig(['a', 'b'], () => ({ messages: 2, media: ['email'] }));
    expect(await rig.process.run()).toMatchObject({ claimed: 2, messages: 2 });
    expect([rig.digested, rig.hints.given]).toEqual([[['a', 'b']], ['delivery-email']]);
  });

  it('takes the bodies one by one when the batch fails, and sets the faulty one aside', async () => {
    const rig = aRig(['a', 'b', 'c'], failing('b', new Error('no')));
    expect(await rig.process.run()).toMatchObject({ claimed: 3, events: 2, released: 1, buried: 0 });
    expect([rig.digested, rig.asides]).toEqual([[['a', 'b', 'c'], ['a'], ['b'], ['c']], ['b']]);
  });

  it('reports a body that was buried', async () => {
    const rig = aRig(['a'], failing('a', new PermanentError('event.invalid', 'no')), () => 1);
    expect(await rig.process.run()).toMatchObject({ claimed: 1, released: 0, buried: 1 });
  });

  it('sets nothing aside while the database is away', async () => {
    const rig = aRig(['a', 'b'], failing('b', new TransientError('unavailable', 'away')));
    await expect(rig.process.run()).rejects.toThrow('away');
    expect([rig.digested, rig.asides]).toEqual([[['a', 'b']], []]);
  });

  it('leaves a body to the worker that took it over', async () => {
    const rig = aRig(['a', 'b'], failing('a', new Error('no')), () => {
      throw new TransientError('conflict', 'taken over');
    });
    expect(await rig.process.run()).toMatchObject({ claimed: 2, events: 1, released: 0, buried: 0 });
  });
});
