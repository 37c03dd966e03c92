import type { Instant, Role } from '#app/domain';
import type { Page, PageRequest } from '../ports/page.js';
import type { Transaction } from '../ports/unit-of-work.port.js';

export interface Member {
  readonly id: string;
  /** In lower case. */
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** `invited`: has neither a password nor signed in elsewhere yet. */
  readonly state: 'invited' | 'active' | 'disabled';
  readonly createdAt: Instant;
  readonly lastLoginAt: Instant | null;
  /** Until when their invitation, or the new one of somebody who lost the password, can be accepted. */
  readonly invitedUntil: Instant | null;
}

export interface NewMember {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
}

export interface MemberLogin {
  readonly shopId: string;
  readonly id: string;
  /** argon2id in PHC form. */
  readonly passwordHash: string | null;
  /** `<issuer> <subject>` at the identity provider. */
  readonly subject: string | null;
}

/** The people of a shop's team. Of invitations only the SHA-256 is stored. */
export abstract class Members {
  /** Across shops: who may sign in with an address, at the given shop or at that where they have been for longest. */
  abstract findLogin(tx: Transaction, email: string, shop: string | null): Promise<MemberLogin | null>;

  /** Across shops: whose invitation it is, while it can be accepted. */
  abstract findInvited(tx: Transaction, hash: Uint8Array): Promise<{ shopId: string; id: string } | null>;

  /** Oldest first. */
  abstract list(tx: Transaction, page: PageRequest): Promise<Page<Member>>;

  /** Locked until the transaction ends. */
  abstract lock(tx: Transaction, id: string): Promise<Member | null>;

  /** By address, not locked. */
  abstract findByEmail(tx: Transaction, email: string): Promise<Member | null>;

  /** Ids of the owners who can sign in; those rows stay locked until the transaction ends. */
  abstract lockOwners(tx: Transaction): Promise<string[]>;

  /** False when the shop has somebody with this address. */
  abstract insert(tx: Transaction, member: NewMember): Promise<boolean>;

  /** Replaces an invitation that is open. */
  abstract invite(tx: Transaction, id: string, hash: Uint8Array, forSeconds: number): Promise<void>;

  /** Also closes the invitation. False when another invitation took its place or it was used in the meantime. */
  abstract accept(tx: Transaction, id: string, inviteHash: Uint8Array, passwordHash: string): Promise<boolean>;

  abstract setPassword(tx: Transaction, id: string, passwordHash: string): Promise<void>;

  abstract change(tx: Transaction, id: string, role: Role, isDisabled: boolean): Promise<void>;

  /**
   * Notes the time. With a `subject` it binds the account at the identity provider and closes the invitation.
   * False when the member was disabled or changed the password since the login was judged.
   */
  abstract noteLogin(tx: Transaction, login: Omit<MemberLogin, 'shopId'>): Promise<boolean>;

  abstract remove(tx: Transaction, id: string): Promise<void>;
}
