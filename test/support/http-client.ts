import { Agent, type IncomingHttpHeaders, request } from 'node:http';

export interface HttpReply {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface HttpCall {
  method: string;
  /** Path and query below the base URL */
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Default: no limit, as an advance of the clock may take minutes */
  timeoutMs?: number;
}

/** HTTP over a bounded number of kept connections; further calls wait for a free one. */
export class HttpClient {
  private readonly agent: Agent;
  private readonly base: URL;

  constructor(baseUrl: string, connections = 32) {
    this.base = new URL(baseUrl);
    this.agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'lifo' });
  }

  get url(): string {
    return this.base.origin;
  }

  async send(call: HttpCall): Promise<HttpReply> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.once(call);
      } catch (error) {
        // the server closed a kept connection just as it was used again: it has read nothing of this call. So may be all others.
        if (!(error as { reused?: boolean }).reused || tries > this.agent.maxSockets) throw error;
      }
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private once({ method, path, headers = {}, body, timeoutMs }: HttpCall): Promise<HttpReply> {
    return new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
      const call = request(new URL(path, this.base), {
        agent: this.agent,
        method,
        headers: { ...headers, ...length },
      });
      call.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      });
      call.on('error', (error: NodeJS.ErrnoException) => {
        const reused = call.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
        reject(Object.assign(error, { reused, message: `${method} ${path}: ${error.message}` }));
      });
      if (timeoutMs !== undefined) {
        call.setTimeout(timeoutMs, () =>
          call.destroy(new Error(`${method} ${path}: no answer within ${timeoutMs} ms`)),
        );
      }
      call.end(body);
    });
  }
}
