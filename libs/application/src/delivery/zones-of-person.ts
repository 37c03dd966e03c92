import { isTimeZone } from '#app/domain';
import { getTimezonesForCountry } from 'countries-and-timezones';

/** Where somebody may be. */
interface Whereabouts {
  /** IANA name; null where unknown. */
  readonly timeZone: string | null;
  /** ISO 3166-1 alpha-2; null where unknown. */
  readonly country: string | null;
}

export interface ZonesOfPerson {
  readonly zone: string;
  readonly otherZones: readonly string[];
}

/** Zones that keep the same time all year. */
type Group = readonly string[];
const byCountry = new Map<string, readonly Group[]>();

/** The zone of a person; where only the country is known, one of its zones and all others that keep another time; else the shop's. */
export function zonesOfPerson({ timeZone, country }: Whereabouts, shopZone: string): ZonesOfPerson {
  if (timeZone !== null) return { zone: timeZone, otherZones: [] };
  const groups = country === null ? [] : groupsOf(country.toUpperCase());
  const own = groups.find((group) => group.includes(shopZone)) ?? groups[0];
  const zone = own === undefined || own.includes(shopZone) ? shopZone : (own[0] ?? shopZone);
  return { zone, otherZones: groups.flatMap((group) => (group === own ? [] : group.slice(0, 1))) };
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
