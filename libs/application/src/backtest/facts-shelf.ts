import { type CustomerFacts, EMPTY_CUSTOMER, emptyOrder, type OrderFacts } from '#app/domain';

type Stamps = Readonly<Record<string, string>>;
interface Stamped {
  readonly stamps: Stamps;
}
type Shelved = (CustomerFacts | OrderFacts) & { readonly parcels?: readonly Stamped[] };

/** A place for the facts of one customer or order: as they are while they are in use, as text for the long time after. */
export interface FactsCell<T extends Shelved> {
  facts: T | string;
}

/** Facts that stay in use: about as many orders as a busy shop has under way. */
const MAX_WARM = 16_000;

/** Keeps the facts of all people in little memory: what hasn't been asked for lately is one compact text. */
export class FactsShelf {
  private readonly warm = new Set<FactsCell<Shelved>>();

  constructor(private readonly maxWarm = MAX_WARM) {}

  read<T extends Shelved>(cell: FactsCell<T>): T {
    this.touch(cell);
    if (typeof cell.facts === 'string') cell.facts = unpack<T>(cell.facts);
    return cell.facts;
  }

  write<T extends Shelved>(cell: FactsCell<T>, facts: T): void {
    cell.facts = facts;
    this.touch(cell);
  }

  private touch<T extends Shelved>(cell: FactsCell<T>): void {
    const known = cell as unknown as FactsCell<Shelved>;
    this.warm.delete(known);
    this.warm.add(known);
    if (this.warm.size <= this.maxWarm) return;
    for (const oldest of this.warm) {
      this.warm.delete(oldest);
      if (typeof oldest.facts !== 'string') oldest.facts = pack(oldest.facts);
      break;
    }
  }
}

/** One event sets many fields, so their common stamp is kept once; fields that nobody has set are left out. */
function pack(facts: Shelved): string {
  return JSON.stringify(withStamps(withoutEmpty(facts), byStamp));
}

function unpack<T extends Shelved>(text: string): T {
  const known = JSON.parse(text) as T;
  const empty = 'id' in known ? emptyOrder('') : EMPTY_CUSTOMER;
  return withStamps({ ...empty, ...known }, byField);
}

function withoutEmpty<T extends Shelved>(facts: T): T {
  const kept = Object.entries(facts).filter(
    ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(kept) as T;
}

function withStamps<T extends Shelved>(facts: T, turn: (stamps: object) => object): T {
  const { parcels } = facts;
  return {
    ...facts,
    stamps: turn(facts.stamps),
    ...(parcels ? { parcels: parcels.map((parcel) => ({ ...parcel, stamps: turn(parcel.stamps) })) } : {}),
  };
}

function byStamp(stamps: object): object {
  const fields: Record<string, string[]> = {};
  for (const [field, stamp] of Object.entries(stamps as Stamps)) (fields[stamp] ??= []).push(field);
  return fields;
}

function byField(fields: object): object {
  const stamps: Record<string, string> = {};
  for (const [stamp, names] of Object.entries(fields as Record<string, string[]>))
    for (const name of names) stamps[name] = stamp;
  return stamps;
}
