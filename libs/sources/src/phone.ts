import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js';

/** The first of the numbers that is a real one, in E.164. National numbers are read as those of `country`. */
export function phoneOf(candidates: readonly unknown[], country: string | undefined): string | undefined {
  const region: CountryCode | undefined = country !== undefined && isSupportedCountry(country) ? country : undefined;
  for (const candidate of candidates) {
    if (typeof candidate !== 'string' || candidate.length > 40) continue;
    const number = parsePhoneNumberFromString(candidate, region);
    if (number?.isValid()) return number.number;
  }
  return undefined;
}
