import { type Medium, type MessageClass, OPTIONAL_CLASSES } from '#app/domain';

/** What somebody said about being written to. */
interface Word {
  readonly medium: Medium;
  /** `evidence` came along with an order: it stands only where nobody ever opted out. */
  readonly says: 'in' | 'evidence' | 'out';
  /** Undefined: all of them. */
  readonly class?: MessageClass | undefined;
  /** Business time at which it was said. */
  readonly at: number;
  /** Wall clock, in milliseconds: before it was told, and after the shop had to heed it. */
  readonly toldAt: number;
  heededAt: number;
}

/** A message at the moment of its fence. */
export interface HandOver {
  readonly class: MessageClass;
  readonly medium: Medium;
  readonly address: string;
  /** Wall clock at which the transaction of the fence began, in milliseconds. */
  readonly at: number;
}

/** As the owner of the schema: every message whose hand-over is committed, by the start of the transaction that did so. */
export const WATCH = `
  create table handed_over (n bigint generated always as identity, at timestamptz not null, class text, medium text, address text);
  create function watch_fence() returns trigger language plpgsql security definer set search_path = public as $$
    begin
      insert into handed_over (at, class, medium, address) values (transaction_timestamp(), new.class, new.medium, new.address);
      return null;
    end $$;
  create trigger watch_fence after update of state on app.message for each row
    when (new.state = 'handing' and old.state <> 'handing') execute function watch_fence()`;

/** A person as the outside knows them: what they said, and nothing of what the shop made of it. */
export class Person {
  readonly words: Word[] = [];
  erasedAt = Infinity;

  constructor(
    readonly externalId: string,
    readonly address: Record<Medium, string>,
  ) {}

  /** How senders name them. */
  get ref(): { externalId: string; email: string; phone: string } {
    return { externalId: this.externalId, email: this.address.email, phone: this.address.sms };
  }

  say(medium: Medium, says: Word['says'], at: number, about?: MessageClass): Word {
    const word: Word = { medium, says, class: about, at, toldAt: Date.now(), heededAt: Infinity };
    this.words.push(word);
    return word;
  }
}

/** From now on; clocks of both sides are the machine's, read in milliseconds. */
export const heededFromNowOn = (): number => Date.now() + 1;

/**
 * Says of a hand-over whether it may have been right, from words alone. Of two readings it takes the one in favour of the shop: an
 * opt-in counts from when it was told, a withdrawal from when it had to be heeded.
 */
export class ConsentOracle {
  private readonly people = new Map<string, Person>();
  /** Addresses that take nothing any more, and since when that is known. */
  private readonly dead = new Map<string, number>();

  meet(person: Person): Person {
    for (const address of Object.values(person.address)) this.people.set(address, person);
    return person;
  }

  find(address: string): Person | undefined {
    return this.people.get(address);
  }

  bury(address: string): void {
    this.dead.set(address, Math.min(this.dead.get(address) ?? Infinity, heededFromNowOn()));
  }

  /** Null: there is nothing to be said against it. */
  faultOf({ class: messageClass, medium, address, at }: HandOver): string | null {
    const person = this.people.get(address);
    const fault = (what: string): string => `${messageClass} by ${medium} to ${person?.externalId ?? address}: ${what}`;
    if (!person) return fault('nobody knows them');
    if ((this.dead.get(address) ?? Infinity) < at) return fault('the address takes nothing any more');
    if (person.erasedAt < at) return fault('they were erased');
    if (messageClass === 'service') return this.faultOfService({ class: messageClass, medium, address, at });
    const words = person.words.filter(
      (word) => word.medium === medium && (word.class ?? messageClass) === messageClass,
    );
    const lastOf = (some: readonly Word[]): number => Math.max(-Infinity, ...some.map((word) => word.at));
    const told = words.filter((word) => word.toldAt <= at);
    const out = lastOf(words.filter(({ says, heededAt }) => says === 'out' && heededAt < at));
    const isIn = lastOf(told.filter(({ says }) => says === 'in')) > out;
    if (isIn) return null;
    if (out > -Infinity) return fault('they had withdrawn');
    if ((messageClass === 'feedback' && medium !== 'whatsapp') || told.some(({ says }) => says === 'evidence'))
      return null;
    return fault('they never agreed');
  }

  /** On WhatsApp it goes to those alone who would get something else there. */
  private faultOfService(handOver: HandOver): string | null {
    if (handOver.medium !== 'whatsapp') return null;
    const faults = OPTIONAL_CLASSES.map((each) => this.faultOf({ ...handOver, class: each }));
    return faults.includes(null) ? null : (faults[0] ?? null);
  }
}
