import { Resolver } from 'node:dns/promises';
import { DnsRecords } from '#app/application';
import { TransientError } from '#app/domain';

const TIMEOUT_MS = 3_000;
const TRIES = 2;
/** The server has answered: there is nothing of that name. */
const NOTHING = new Set(['ENOTFOUND', 'ENODATA']);

export class NodeDnsRecords extends DnsRecords {
  private readonly resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });

  /** @param servers undefined: those of the machine */
  constructor(servers: readonly string[] | undefined) {
    super();
    if (servers) this.resolver.setServers(servers);
  }

  async txt(name: string): Promise<readonly string[]> {
    try {
      return (await this.resolver.resolveTxt(name)).map((parts) => parts.join(''));
    } catch (error) {
      const { code = 'no answer' } = error as NodeJS.ErrnoException;
      if (NOTHING.has(code)) return [];
      throw new TransientError(
        'unavailable',
        `No DNS server says what stands at ${name} (${code}). Try again in a minute.`,
        { cause: error },
      );
    }
  }
}
