import { type LineResult, type LineSettings, SmtpLine } from './smtp-line.js';

/** A fixed number of connections; messages wait in order for a free one. */
export class SmtpLines {
  private readonly idle: SmtpLine[];
  private readonly waiting: ((line: SmtpLine) => void)[] = [];
  private isClosed = false;

  constructor(settings: LineSettings, size: number) {
    this.idle = Array.from({ length: size }, () => new SmtpLine(settings));
  }

  async send(from: string, to: string, message: Buffer): Promise<LineResult> {
    const line = await this.take();
    try {
      return await line.send(from, to, message);
    } finally {
      this.give(line);
    }
  }

  /** Says goodbye on idle connections; busy ones finish their message first. */
  close(): void {
    this.isClosed = true;
    for (const line of this.idle) line.close();
  }

  /** The line used last comes first: few messages need few connections. */
  private take(): Promise<SmtpLine> {
    const line = this.idle.pop();
    return line ? Promise.resolve(line) : new Promise((resolve) => this.waiting.push(resolve));
  }

  private give(line: SmtpLine): void {
    const next = this.waiting.shift();
    if (next) return next(line);
    if (this.isClosed) line.close();
    this.idle.push(line);
  }
}
