/** Slow hashes of passwords. */
export abstract class Passwords {
  /** In PHC form. @throws TransientError `rate_limited` when too many are being worked on */
  abstract hash(password: string): Promise<string>;

  /** Null, for who has no password, takes as long as a wrong one. @throws TransientError `rate_limited` when too many are being worked on */
  abstract verify(hash: string | null, password: string): Promise<boolean>;
}
