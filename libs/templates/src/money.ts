// ISO 4217 exponents. Intl can't be asked: it knows how a currency is shown (Hungarian prices without decimals), not how
// its minor unit is counted.
const EXPONENTS: Record<string, number> = Object.fromEntries([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0] as const),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3] as const),
  ...'CLF UYW'.split(' ').map((code) => [code, 4] as const),
]);
const MAX_FORMATTERS = 200;

const formatters = new Map<string, Intl.NumberFormat>();

function formatter(locale: string, currency: string): Intl.NumberFormat {
  const key = `${locale} ${currency}`;
  const known = formatters.get(key);
  if (known) return known;
  if (formatters.size >= MAX_FORMATTERS) formatters.clear();
  const made = new Intl.NumberFormat(locale, { style: 'currency', currency });
  formatters.set(key, made);
  return made;
}

/** `amount` counts minor units: 1999 EUR is 19.99 euro, 1999 JPY is 1999 yen. */
export function formatMoney(amount: unknown, currency: unknown, locale: string): string {
  const units = typeof amount === 'string' && /^-?\d+$/.test(amount) ? Number(amount) : amount;
  if (!Number.isSafeInteger(units))
    throw new TypeError(`money: ${String(amount)} is not a whole number of minor units`);
  if (typeof currency !== 'string' || !/^[A-Za-z]{3}$/.test(currency)) {
    throw new TypeError('money: no currency; give {amount, currency}, money: "EUR" or shop.currency');
  }
  const code = currency.toUpperCase();
  return formatter(locale, code).format((units as number) / 10 ** (EXPONENTS[code] ?? 2));
}
