import { ResolveDoubts } from '#app/application';
import { jest } from '@jest/globals';
import type { TwilioAnswer } from '../support/twilio-stub.js';
import { TwilioRig } from './twilio-rig.js';

jest.setTimeout(120_000);

const HOUR = 3_600_000;

let rig: TwilioRig;
beforeAll(async () => {
  rig = await TwilioRig.start('twilio-answers');
});
afterAll(() => rig.stop());
beforeEach(() => rig.reset());

/** What the contract says of each answer: how the message ends, and what becomes of the number. */
interface Row {
  readonly status: number;
  readonly code?: number;
  readonly suppressed?: 'all' | 'non_service';
}
const AGAIN: readonly Row[] = [{ status: 429, code: 20429 }, { status: 429 }, { status: 400, code: 30003 }];
const LATER: readonly Row[] = [
  { status: 401, code: 20003 },
  { status: 404, code: 20404 },
  { status: 400, code: 30002 },
  { status: 400, code: 21603 },
  { status: 400, code: 21606 },
  { status: 400, code: 30001 },
  { status: 400, code: 30022 },
  { status: 400, code: 30023 },
  { status: 400, code: 63038 },
];
const NEVER: readonly Row[] = [
  { status: 400, code: 21211, suppressed: 'all' },
  { status: 400, code: 21217, suppressed: 'all' },
  { status: 400, code: 21614, suppressed: 'all' },
  { status: 400, code: 21635, suppressed: 'all' },
  { status: 400, code: 30005, suppressed: 'all' },
  { status: 400, code: 30006, suppressed: 'all' },
  { status: 400, code: 21610, suppressed: 'non_service' },
  { status: 400, code: 21408 },
  { status: 400, code: 21612 },
  { status: 400, code: 30034 },
  { status: 400, code: 30004 },
  { status: 400, code: 30007 },
  { status: 400, code: 30008 },
  { status: 400, code: 30036 },
  { status: 400, code: 30410 },
];
const IN_DOUBT: readonly Row[] = [{ status: 500, code: 20500 }, { status: 503 }, { status: 400, code: 30500 }];

const answering = ({ status, code }: Row): TwilioAnswer => ({ status, ...(code !== undefined && { code }) });
const message = async () => {
  const [row] = await rig.rows<{ state: string; reason: string; attempts: number }>(
    'select state, reason, attempts from app.message',
  );
  return row;
};
const suppressed = async () => (await rig.rows<{ scope: string }>('select scope from app.suppression'))[0]?.scope;
/** How many of the calls have made a message at Twilio. */
const made = (): number => rig.calls.filter(({ sid }) => sid !== undefined).length;
const nameOf = ({ status, code }: Row): string => String(code ?? status);

let numbers = 0;
/** One to which the log of Twilio shows nothing yet. */
const anotherNumber = (): string => {
  numbers += 1;
  return `+4915112346${String(numbers).padStart(3, '0')}`;
};

/** The world goes on: what is due again is tried again. */
const goOn = async (): Promise<void> => {
  rig.stub.answer = () => 'accept';
  for (let hours = 0; hours < 3; hours += 1) {
    await rig.pass(HOUR);
    await rig.deliver();
    await rig.api.app.get(ResolveDoubts).run();
  }
};

describe('an answer of Twilio', () => {
  it.each(AGAIN)('$status $code is tried again, and counts', async (row) => {
    rig.stub.answer = () => answering(row);
    await rig.order();
    expect(await message()).toEqual({ state: 'queued', reason: nameOf(row), attempts: 1 });
    await goOn();
    expect([(await message())?.state, made(), await suppressed()]).toEqual(['sent', 1, undefined]);
  });

  it.each(LATER)('$status $code is about the account: it waits, uncounted', async (row) => {
    rig.stub.answer = () => answering(row);
    await rig.order();
    expect(await message()).toEqual({ state: 'queued', reason: nameOf(row), attempts: 0 });
    await goOn();
    expect([(await message())?.state, made(), await suppressed()]).toEqual(['sent', 1, undefined]);
  });

  it.each(NEVER)('$status $code is final, and the number is suppressed where it is to blame', async (row) => {
    rig.stub.answer = () => answering(row);
    await rig.order();
    expect(await message()).toMatchObject({ state: 'failed', reason: nameOf(row) });
    expect(await suppressed()).toBe(row.suppressed);
    await goOn();
    expect([(await message())?.state, rig.calls.length]).toEqual(['failed', 1]);
  });

  it.each(IN_DOUBT)('$status $code leaves a doubt, and is not tried again', async (row) => {
    rig.stub.answer = () => answering(row);
    await rig.order(anotherNumber());
    expect(await message()).toMatchObject({ state: 'unknown', reason: nameOf(row) });
    await goOn();
    expect([(await message())?.state, rig.calls.length, await suppressed()]).toEqual(['unknown', 1, undefined]);
  });

  it('that is lost after Twilio took the message is found in its log, and not asked for again', async () => {
    rig.stub.answer = () => 'drop';
    await rig.order(anotherNumber());
    expect(await message()).toMatchObject({ state: 'unknown' });
    await goOn();
    expect([(await message())?.state, rig.calls.length, made()]).toEqual(['sent', 1, 1]);
  });
});
