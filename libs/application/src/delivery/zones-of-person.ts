import { isTimeZone } from '#app/domain';
import { getTimezonesForCountry } from 'countries-and-timezones';
import { isNorthAmerican, zonesOfNumber } from './zones-of-number.js';

/** Where somebody may be. */
interface Whereabouts {
  /** IANA name; null where unknown. */
  readonly timeZone: string | null;
  /** ISO 3166-1 alpha-2; null where unknown. */
  readonly country: string | null;
  /** E.164, where it is about to ring; null where it doesn't matter. */
  readonly phone: string | null;
}

export interface ZonesOfPerson {
  readonly zone: string;
  readonly otherZones: readonly string[];
}

/** Zones that keep the same time all year. */
type Group = readonly string[];
const byCountry = new Map<string, readonly Group[]>();

/** Whose numbers begin alike, so that one of them may be meant where the country is unknown. */
const OF_AREA_CODES = ['US', 'CA'];

/**
 * The zone of a person and all others that may be theirs: a known one, and where their telephone is from, should it ring; else those of
 * their country, one for each time that is kept there; else the shop's.
 */
export function zonesOfPerson({ timeZone, country, phone }: Whereabouts, shopZone: string): ZonesOfPerson {
  const ofNumber = phone === null ? null : zonesOfNumber(phone);
  if (timeZone !== null) return among([timeZone, ...(ofNumber ?? [])]);
  const countries = countriesOf(country, phone);
  // an area code says more than the country that it is of, and contradicts any other
  if (ofNumber && countries.every((known) => OF_AREA_CODES.includes(known))) return among(ofNumber);
  const groups = countries.flatMap(groupsOf);
  const own = groups.find((group) => group.includes(shopZone)) ?? groups[0];
  const zone = own === undefined || own.includes(shopZone) ? shopZone : (own[0] ?? shopZone);
  return among([zone, ...groups.flatMap((group) => (group === own ? [] : group.slice(0, 1))), ...(ofNumber ?? [])]);
}

function among(zones: readonly string[]): ZonesOfPerson {
  const [zone = 'UTC', ...otherZones] = new Set(zones);
  return { zone, otherZones };
}

function countriesOf(country: string | null, phone: string | null): readonly string[] {
  if (country !== null) return [country.toUpperCase()];
  return phone !== null && isNorthAmerican(phone) ? OF_AREA_CODES : [];
}

/** Those with the most names first: they are where most people live. */
function groupsOf(country: string): readonly Group[] {
  const known = byCountry.get(country);
  if (known) return known;
  const zones = (getTimezonesForCountry(country) ?? []).filter(({ name }) => isTimeZone(name));
  const groups = new Map<string, string[]>();
  for (const { name, utcOffset, dstOffset } of zones) {
    const time = `${utcOffset} ${dstOffset}`;
    groups.set(time, [...(groups.get(time) ?? []), name]);
  }
  const sorted = [...groups.values()].toSorted((a, b) => b.length - a.length);
  byCountry.set(country, sorted);
  return sorted;
}
