import { HttpClient, type HttpReply } from './http-client.js';

interface Page<T> {
  items: T[];
  next: string | null;
}

export interface CreatedSource {
  id: string;
  kind: string;
  url: string;
}

/** The most that a list gives at once. */
const PAGE_SIZE = 100;

/** The REST interface with an owner's key. Any other status than 2xx is an error that names the call and the answer. */
export class AfterglowClient {
  readonly http: HttpClient;

  constructor(
    baseUrl: string,
    private readonly key: string,
    connections?: number,
  ) {
    this.http = new HttpClient(baseUrl, connections);
  }

  async get<T>(path: string): Promise<T> {
    return parsed<T>(await this.call('GET', path), 'GET', path);
  }

  async post<T>(path: string, body: unknown = {}): Promise<T> {
    return parsed<T>(await this.call('POST', path, body), 'POST', path);
  }

  async patch<T>(path: string, body: unknown): Promise<T> {
    return parsed<T>(await this.call('PATCH', path, body), 'PATCH', path);
  }

  /** Every item of a list, page after page. `path` may have a query. */
  async list<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    let cursor: string | null = null;
    do {
      const url: URL = new URL(path, 'http://list');
      url.searchParams.set('limit', String(PAGE_SIZE));
      if (cursor !== null) url.searchParams.set('cursor', cursor);
      const page: Page<T> = await this.get<Page<T>>(`${url.pathname}${url.search}`);
      items.push(...page.items);
      cursor = page.next;
    } while (cursor !== null);
    return items;
  }

  /** The bare answer, whatever its status. A string body goes as it is, anything else as JSON. */
  call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<HttpReply> {
    const json: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    return this.http.send({
      method,
      path,
      headers: { authorization: `Bearer ${this.key}`, ...json, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }

  close(): void {
    this.http.close();
  }
}

function parsed<T>(reply: HttpReply, method: string, path: string): T {
  if (reply.status < 200 || reply.status > 299) {
    throw new Error(`${method} ${path} was answered ${reply.status}: ${reply.text.slice(0, 500)}`);
  }
  return (reply.text === '' ? undefined : JSON.parse(reply.text)) as T;
}
