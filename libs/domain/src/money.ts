import { PermanentError } from './errors.js';

/** An amount in integer minor units (cents, yen, fils) with its ISO 4217 currency. */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

const ZERO_DECIMALS = new Set([
  'BIF',
  'CLP',
  'DJF',
  'GNF',
  'ISK',
  'JPY',
  'KMF',
  'KRW',
  'PYG',
  'RWF',
  'UGX',
  'UYI',
  'VND',
  'VUV',
  'XAF',
  'XOF',
  'XPF',
]);
const THREE_DECIMALS = new Set(['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND']);
const DECIMAL = /^(-?)(\d{1,15})(?:\.(\d+))?$/;

/** Number of decimal places of a currency (ISO 4217). */
export function minorDigits(currency: string): number {
  if (ZERO_DECIMALS.has(currency)) return 0;
  return THREE_DECIMALS.has(currency) ? 3 : 2;
}

/**
 * Reads a decimal text such as `"19.90"`, `"20"` or `"-4.5"` without going through floating point.
 * Digits beyond the currency's minor unit are accepted only when they are zero, else rounded half away from zero.
 * @throws PermanentError `validation` when the text isn't a decimal or the currency isn't three capital letters.
 */
export function parseMoney(text: string, currency: string): Money {
  const code = currency.toUpperCase();
  const match = DECIMAL.exec(text.trim());
  if (!match || !/^[A-Z]{3}$/.test(code)) {
    throw new PermanentError(
      'validation',
      `"${text.slice(0, 20)} ${currency.slice(0, 5)}" is not an amount of money; write e.g. "19.90" and "EUR".`,
    );
  }
  const digits = minorDigits(code);
  const fraction = (match[3] ?? '').padEnd(digits + 1, '0');
  const whole = Number((match[2] ?? '0') + fraction.slice(0, digits));
  const roundUp = fraction.charAt(digits) >= '5' ? 1 : 0;
  const amount = (whole + roundUp) * (match[1] === '-' ? -1 : 1);
  if (!Number.isSafeInteger(amount))
    throw new PermanentError('validation', `"${text.slice(0, 20)}" is too large an amount.`);
  return { amount: amount === 0 ? 0 : amount, currency: code };
}
