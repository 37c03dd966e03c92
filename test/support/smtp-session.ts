import type { Socket } from 'node:net';

/** A reply line such as `450 4.2.0 later`; `drop` closes the connection without a reply; `hang` never replies. */
export type SinkAnswer = `${number} ${string}` | 'drop' | 'hang';
type Answering<T> = (subject: T) => SinkAnswer | undefined | Promise<SinkAnswer | undefined>;

/** Each hook may change the answer; `undefined` accepts. */
/** Where a server can say something, in the order in which it comes to it; `dot`: after the whole message. */
export type SinkStage = 'greeting' | 'EHLO' | 'MAIL' | 'RCPT' | 'DATA' | 'dot';

export interface SinkHooks {
  /** At any stage, before the hooks of that stage */
  onStage?: ((stage: SinkStage) => SinkAnswer | undefined) | undefined;
  /** At RCPT TO, with the recipient's address */
  onRcpt?: Answering<string> | undefined;
  /** After the final dot, when the whole message has been received */
  onData?: Answering<Omit<SinkMail, 'answer'>> | undefined;
}

/** A message that reached its final dot, taken or refused: `answer` tells which. */
export interface SinkMail {
  from: string;
  to: string[];
  /** Headers and body, dot-unstuffed */
  data: string;
  /** Milliseconds since the epoch */
  at: number;
  answer: SinkAnswer;
}

const ACCEPTED: SinkAnswer = '250 2.0.0 taken';
const FINAL_DOT = '\r\n.\r\n';

/** One SMTP conversation (RFC 5321), reduced to what a sending client needs. */
export class SmtpSession {
  // one character a byte, so that searching and slicing never split a character
  private input = '';
  private from: string | undefined;
  private to: string[] = [];
  private isReadingData = false;
  private isBusy = false;

  constructor(
    private readonly socket: Socket,
    private readonly hooks: SinkHooks,
    private readonly keep: (mail: SinkMail) => void,
    private readonly pipelining: boolean,
  ) {}

  start(): void {
    this.socket.setNoDelay(true);
    this.socket.on('error', () => this.socket.destroy());
    this.socket.on('data', (chunk) => {
      this.input += chunk.toString('latin1');
      void this.drain();
    });
    this.answerAt('greeting', () => this.reply('220 sink ready'));
  }

  /** Works through the input in order: a client that pipelines sends more while a hook is still thinking. */
  private async drain(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    for (let unit = this.nextUnit(); unit !== undefined; unit = this.nextUnit()) {
      await (this.isReadingData ? this.endOfData(unit) : this.command(unit));
    }
    this.isBusy = false;
  }

  /** The next complete line, or in data mode the next complete message. */
  private nextUnit(): string | undefined {
    if (this.socket.destroyed) return undefined;
    if (!this.isReadingData) return this.take('\r\n');
    // an empty message ends at a dot that has no line before it
    if (this.input.startsWith(FINAL_DOT.slice(2))) this.input = `\r\n${this.input}`;
    return this.take(FINAL_DOT);
  }

  private take(end: string): string | undefined {
    const index = this.input.indexOf(end);
    if (index < 0) return undefined;
    const unit = this.input.slice(0, index);
    this.input = this.input.slice(index + end.length);
    return unit;
  }

  private async command(line: string): Promise<void> {
    switch (line.slice(0, 4).trimEnd().toUpperCase()) {
      case 'EHLO':
        return this.answerAt('EHLO', () =>
          this.reply(['sink', ...(this.pipelining ? ['PIPELINING'] : []), '8BITMIME', 'SMTPUTF8', 'SIZE 26214400']),
        );
      case 'HELO':
        return this.answerAt('EHLO', () => this.reply('250 sink'));
      case 'MAIL':
        return this.answerAt('MAIL', () => this.mail(addressOf(line)));
      case 'RCPT':
        return this.recipient(addressOf(line));
      case 'DATA':
        return this.answerAt('DATA', () => this.data());
      case 'RSET':
        this.reset();
        return this.reply('250 2.0.0 forgotten');
      case 'NOOP':
        return this.reply('250 2.0.0 nothing done');
      case 'QUIT':
        this.reply('221 2.0.0 bye');
        this.socket.end();
        return undefined;
      default:
        return this.reply('502 5.5.1 not implemented');
    }
  }

  private mail(address: string): void {
    this.reset();
    this.from = address;
    this.reply('250 2.1.0 sender fine');
  }

  private async recipient(address: string): Promise<void> {
    if (this.from === undefined) return this.reply('503 5.5.1 MAIL first');
    const answer = this.hooks.onStage?.('RCPT') ?? (await this.hooks.onRcpt?.(address)) ?? '250 2.1.5 recipient fine';
    if (answer.startsWith('2')) this.to.push(address);
    this.answer(answer);
  }

  private data(): void {
    if (this.to.length === 0) return this.reply('503 5.5.1 no valid recipient');
    this.isReadingData = true;
    this.reply('354 go on');
  }

  private async endOfData(raw: string): Promise<void> {
    const unstuffed = raw.replace(/(^|\r\n)\.\./g, '$1.');
    const data = Buffer.from(unstuffed, 'latin1').toString('utf8');
    const mail = { from: this.from ?? '', to: this.to, data, at: Date.now() };
    const answer = this.hooks.onStage?.('dot') ?? (await this.hooks.onData?.(mail)) ?? ACCEPTED;
    this.reset();
    this.keep({ ...mail, answer });
    this.answer(answer);
  }

  private answerAt(stage: SinkStage, go: () => void): void {
    const answer = this.hooks.onStage?.(stage);
    if (answer === undefined) go();
    else this.answer(answer);
  }

  private reset(): void {
    this.from = undefined;
    this.to = [];
    this.isReadingData = false;
  }

  private answer(answer: SinkAnswer): void {
    if (answer === 'drop') this.socket.destroy();
    else if (answer !== 'hang') this.reply(answer);
  }

  /** Several lines become one multi-line 250 reply. */
  private reply(reply: string | string[]): void {
    if (this.socket.destroyed) return;
    const lines =
      typeof reply === 'string' ? [reply] : reply.map((text, i) => `250${i < reply.length - 1 ? '-' : ' '}${text}`);
    this.socket.write(`${lines.join('\r\n')}\r\n`);
  }
}

/** `MAIL FROM:<a@b.example> SIZE=10` names a@b.example; the null sender `<>` is the empty string. */
function addressOf(line: string): string {
  return /<([^>]*)>/.exec(line)?.[1] ?? '';
}
