import { connect, type Socket } from 'node:net';

export interface LoadResult {
  /** Answers 2xx */
  accepted: number;
  /** Answers by status, the accepted ones included */
  statuses: Record<number, number>;
  seconds: number;
  /** Of the answers that weren't 2xx, the same */
  refusedMs: number[];
  /** Answers that weren't 2xx and didn't say when to come again. */
  untold: number;
  /** Milliseconds from the last byte written to the last byte read, one for each answer */
  latenciesMs: number[];
}

export interface Load {
  port: number;
  connections: number;
  /** The bytes of the next whole request; undefined when there is none left */
  next: () => Buffer | undefined;
  /** No new request begins after this time. Default: until there is none left */
  seconds?: number;
  /** Told of each answer 2xx as it comes. */
  onAccepted?: () => void;
  /** Whoever is told to come again later does so then. Default: at once */
  isPatient?: boolean;
}

const HEAD_END = '\r\n\r\n';

/**
 * Keeps every connection busy with one request at a time. It writes prepared bytes and reads no more of an answer than its
 * status and length, so that on a small machine the measured side gets the processor.
 */
export async function runLoad(load: Load): Promise<LoadResult> {
  const { port, connections, next, seconds = Number.POSITIVE_INFINITY, onAccepted, isPatient = false } = load;
  const result: LoadResult = { accepted: 0, statuses: {}, seconds: 0, refusedMs: [], untold: 0, latenciesMs: [] };
  // whoever has to wait for a connection has not begun
  const sockets = await Promise.all(Array.from({ length: connections }, () => connected(port)));
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  const nextInTime = (): Buffer | undefined => (performance.now() < endsAt ? next() : undefined);
  /** Notes an answer; says how long to wait before the next request. */
  const note = ({ status, retryAfterS }: Answer, tookMs: number): number => {
    result.latenciesMs.push(tookMs);
    result.statuses[status] = (result.statuses[status] ?? 0) + 1;
    if (status >= 200 && status < 300) {
      result.accepted += 1;
      onAccepted?.();
      return 0;
    }
    result.refusedMs.push(tookMs);
    if (retryAfterS === undefined) result.untold += 1;
    // nobody waits beyond the end
    return isPatient ? Math.min((retryAfterS ?? 0) * 1_000, Math.max(0, endsAt - performance.now())) : 0;
  };
  await Promise.all(sockets.map((socket) => runConnection(socket, nextInTime, note)));
  result.seconds = (performance.now() - startedAt) / 1000;
  return result;
}

function connected(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.setNoDelay(true);
    socket.once('error', reject);
  });
}

function runConnection(
  socket: Socket,
  next: () => Buffer | undefined,
  note: (answer: Answer, tookMs: number) => number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const reader = new AnswerReader();
    let sentAt = 0;
    const send = (): void => {
      const request = next();
      if (!request) return end(socket, resolve);
      sentAt = performance.now();
      socket.write(request);
    };
    socket.on('data', (chunk) => {
      const answer = reader.read(chunk);
      if (answer === undefined) return;
      const waitMs = note(answer, performance.now() - sentAt);
      if (waitMs > 0) setTimeout(send, waitMs);
      else send();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('The server closed a connection in the middle of the load.')));
    send();
  });
}

function end(socket: Socket, resolve: () => void): void {
  socket.removeAllListeners('close');
  socket.end();
  resolve();
}

interface Answer {
  status: number;
  retryAfterS: number | undefined;
}

/** Finds the end of an answer that tells its length. */
export class AnswerReader {
  private text = '';

  /** What it says, once it is complete. */
  read(chunk: Buffer): Answer | undefined {
    this.text += chunk.toString('latin1');
    const headEnd = this.text.indexOf(HEAD_END);
    if (headEnd < 0) return undefined;
    const head = this.text.slice(0, headEnd);
    const status = Number(head.slice(9, 12));
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined && status !== 204) throw new Error(`An answer tells no length:\n${head}`);
    if (this.text.length < headEnd + HEAD_END.length + Number(length ?? 0)) return undefined;
    this.text = '';
    if (status < 400) return { status, retryAfterS: undefined };
    const retryAfter = /\r\nretry-after: *(\d+)/i.exec(head)?.[1];
    return { status, retryAfterS: retryAfter === undefined ? undefined : Number(retryAfter) };
  }
}
