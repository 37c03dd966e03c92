import { createSocket, type Socket } from 'node:dgram';

const TXT = 16;
const NAME_NOT_FOUND = 3;
const HEADER_BYTES = 12;

/** A name server on a free loopback port that answers questions for TXT records out of `records`, by name in lower case. */
export class DnsStub {
  readonly records = new Map<string, readonly string[]>();
  /** It hears and says nothing. */
  isSilent = false;

  private constructor(private readonly socket: Socket) {
    socket.unref();
    socket.on('message', (query, { address, port }) => {
      if (!this.isSilent) socket.send(this.answer(query), port, address);
    });
  }

  static async start(): Promise<DnsStub> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return new DnsStub(socket);
  }

  /** As DNS_SERVERS takes it. */
  get address(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.socket.close(resolve));
  }

  /** RFC 1035, 4.1: the question as it came, then an answer for each record. */
  private answer(query: Buffer): Buffer {
    const { name, end } = questionOf(query);
    const texts = query.readUInt16BE(end - 4) === TXT ? (this.records.get(name) ?? []) : [];
    const header = Buffer.from(query.subarray(0, HEADER_BYTES));
    header.writeUInt16BE(0x81_80 | (this.records.has(name) ? 0 : NAME_NOT_FOUND), 2);
    header.writeUInt16BE(texts.length, 6);
    header.writeUInt32BE(0, 8);
    return Buffer.concat([header, query.subarray(HEADER_BYTES, end), ...texts.map(recordOf)]);
  }
}

function questionOf(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 5 };
}

/** A TXT record of the name that was asked for, in parts of at most 255 bytes. */
function recordOf(text: string): Buffer {
  const parts = (text.match(/.{1,255}/g) ?? []).map((part) =>
    Buffer.concat([Buffer.of(part.length), Buffer.from(part, 'latin1')]),
  );
  const data = Buffer.concat(parts);
  const head = Buffer.from('c00c0010000100000000', 'hex');
  const size = Buffer.alloc(2);
  size.writeUInt16BE(data.length);
  return Buffer.concat([head, size, data]);
}
