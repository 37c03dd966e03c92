import { connect, type Socket } from 'node:net';

export interface LoadResult {
  /** Answers 2xx */
  accepted: number;
  /** Answers by status, the accepted ones included */
  statuses: Record<number, number>;
  seconds: number;
  /** Of the answers that weren't 2xx, the same */
  refusedMs: number[];
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
}

const HEAD_END = '\r\n\r\n';

/**
 * Keeps every connection busy with one request at a time. It writes prepared bytes and reads no more of an answer than its
 * status and length, so that on a small machine the measured side gets the processor.
 */
export async function runLoad({
  port,
  connections,
  next,
  seconds = Number.POSITIVE_INFINITY,
  onAccepted,
}: Load): Promise<LoadResult> {
  const result: LoadResult = { accepted: 0, statuses: {}, seconds: 0, refusedMs: [], latenciesMs: [] };
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  const nextInTime = (): Buffer | undefined => (performance.now() < endsAt ? next() : undefined);
  await Promise.all(Array.from({ length: connections }, () => runConnection(port, nextInTime, result, onAccepted)));
  result.seconds = (performance.now() - startedAt) / 1000;
  return result;
}

function runConnection(
  port: number,
  next: () => Buffer | undefined,
  result: LoadResult,
  onAccepted?: () => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    const reader = new AnswerReader();
    let sentAt = 0;
    const send = (): void => {
      const request = next();
      if (!request) return end(socket, resolve);
      sentAt = performance.now();
      socket.write(request);
    };
    socket.on('connect', send);
    socket.on('data', (chunk) => {
      const status = reader.read(chunk);
      if (status === undefined) return;
      result.latenciesMs.push(performance.now() - sentAt);
      result.statuses[status] = (result.statuses[status] ?? 0) + 1;
      if (status >= 200 && status < 300) {
        result.accepted += 1;
        onAccepted?.();
      } else result.refusedMs.push(performance.now() - sentAt);
      send();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('The server closed a connection in the middle of the load.')));
  });
}

function end(socket: Socket, resolve: () => void): void {
  socket.removeAllListeners('close');
  socket.end();
  resolve();
}

/** Finds the end of an answer that tells its length. */
export class AnswerReader {
  private text = '';

  /** The status once the answer is complete. */
  read(chunk: Buffer): number | undefined {
    this.text += chunk.toString('latin1');
    const headEnd = this.text.indexOf(HEAD_END);
    if (headEnd < 0) return undefined;
    const head = this.text.slice(0, headEnd);
    const status = Number(head.slice(9, 12));
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined && status !== 204) throw new Error(`An answer tells no length:\n${head}`);
    if (this.text.length < headEnd + HEAD_END.length + Number(length ?? 0)) return undefined;
    this.text = '';
    return status;
  }
}
