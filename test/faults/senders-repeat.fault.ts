import { jest } from '@jest/globals';
import { connect } from 'node:net';
import { expectKept } from './report.js';
import { FaultRig } from './rig.js';

jest.setTimeout(600_000);
const POSTGRES = { kind: 'postgres', redisUrl: () => undefined } as const;
const REPEATS = 25;

describe('senders that repeat themselves', () => {
  let rig: FaultRig;

  beforeAll(async () => {
    rig = await FaultRig.start(POSTGRES, { ingest: 2, worker: 1 });
  });
  afterAll(() => rig?.stop());

  it('F26: a webhook that comes many times at once has one effect', async () => {
    await rig.sendEach(60, REPEATS);
    expectKept('F26', rig, await rig.judge());
  });

  it('F31: a request that breaks off anywhere is stored once it came again, and once', async () => {
    const { bytes, port } = rig.rawRequest();
    const cuts = Array.from({ length: bytes.length }, (_, length) => length);
    for (const length of cuts) await sendPart(port, bytes.subarray(0, length));
    await rig.send(1, 1);
    expectKept('F31', rig, await rig.judge());
  });
});

/** The first bytes of a request; then the connection is reset. */
function sendPart(port: number, part: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      if (part.length === 0) socket.resetAndDestroy();
      else socket.write(part, () => socket.resetAndDestroy());
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
  });
}
