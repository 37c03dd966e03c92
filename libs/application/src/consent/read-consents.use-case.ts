import { Injectable } from '@nestjs/common';
import {
  addressOf,
  type ConsentState,
  type ConsentStatement,
  type CustomerFacts,
  MEDIA,
  mayContact,
  type Medium,
  OPTIONAL_CLASSES,
  type OptionalClass,
  PermanentError,
  standingOf,
} from '#app/domain';
import { DeliveryStore } from '../delivery/delivery-store.port.js';
import { SecretPort } from '../ports/secret.port.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import { type ConsentHistory, ConsentStore, type HashedAddress, type ConsentingPerson } from './consent-store.port.js';

/** How somebody stands to the messages of one medium. */
export interface MediumConsent {
  readonly channel: Medium;
  /** Null where nothing is known to reach them. */
  readonly address: string | null;
  /** `all`: nothing is sent to the address; `non_service`: nothing but service messages. */
  readonly suppressed: 'all' | 'non_service' | null;
  readonly classes: readonly {
    readonly class: OptionalClass;
    readonly state: ConsentState | 'none';
    readonly since: string | null;
    readonly level: ConsentStatement['level'] | null;
    readonly proof: string | null;
    /** Whether a message of the class may go to them now, as far as consent goes, and why not. */
    readonly allowed: boolean;
    readonly reason: string | null;
  }[];
}

/** Shows what somebody agreed to and refused: now, and everything that they ever said. */
@Injectable()
export class ReadConsents {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly store: ConsentStore,
    private readonly deliveries: DeliveryStore,
    private readonly secrets: SecretPort,
  ) {}

  /** @throws PermanentError `not_found` */
  now(shopId: string, id: string): Promise<MediumConsent[]> {
    return this.uow.inShop(shopId, async (tx) => {
      const { customer } = await this.person(tx, id);
      const media: MediumConsent[] = [];
      for (const medium of MEDIA) media.push(await this.medium(tx, customer, medium));
      return media;
    });
  }

  /** @throws PermanentError `not_found`, `validation` */
  history(
    shopId: string,
    id: string,
    page: { readonly cursor: string | null; readonly limit: number },
  ): Promise<ConsentHistory> {
    return this.uow.inShop(shopId, async (tx) => {
      const { customerId, customer } = await this.person(tx, id);
      return this.store.history(tx, customerId, this.addresses(customer), page);
    });
  }

  private async person(tx: Transaction, id: string): Promise<ConsentingPerson> {
    const person = await this.store.person(tx, id, false);
    if (person) return person;
    throw new PermanentError(
      'not_found',
      `This shop has no customer ${id}. GET /api/v1/customers?email= finds one by address.`,
    );
  }

  private async medium(tx: Transaction, customer: CustomerFacts, channel: Medium): Promise<MediumConsent> {
    const address = addressOf(customer, channel);
    const scope = address === null ? undefined : await this.scopeOf(tx, channel, address);
    const classes = OPTIONAL_CLASSES.map((each) => {
      const { state, by } = standingOf(customer, each, channel);
      const verdict = mayContact(customer, each, channel, scope ?? null);
      const reason = verdict.allowed ? null : verdict.reason;
      const word = { since: by?.at ?? null, level: by?.level ?? null, proof: by?.proof ?? null };
      return { class: each, state, ...word, allowed: verdict.allowed, reason };
    });
    return { channel, address, suppressed: scope ?? null, classes };
  }

  private async scopeOf(tx: Transaction, medium: Medium, address: string): Promise<'all' | 'non_service' | undefined> {
    const fingerprint = Buffer.from(this.secrets.fingerprint(address, 'address')).toString('hex');
    return (await this.deliveries.suppressed(tx, medium, [fingerprint])).get(fingerprint);
  }

  private addresses(customer: CustomerFacts): HashedAddress[] {
    return MEDIA.flatMap((medium) => {
      const address = addressOf(customer, medium);
      return address === null ? [] : [{ medium, fingerprint: this.secrets.fingerprint(address, 'address') }];
    });
  }
}
