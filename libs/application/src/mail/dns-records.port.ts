/** What stands in the public DNS. */
export abstract class DnsRecords {
  /**
   * TXT records of a name, each put together from its parts; none for a name that isn't there.
   * @throws TransientError `unavailable` when no server answers
   */
  abstract txt(name: string): Promise<readonly string[]>;
}
