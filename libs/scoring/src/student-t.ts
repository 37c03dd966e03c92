/** Two-sided 95 % quantiles of Student's t for 1 to 30 degrees of freedom, rounded to four decimals. */
const T95_BY_DEGREES = [
  12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281, 2.201, 2.1788, 2.1604, 2.1448, 2.1314,
  2.1199, 2.1098, 2.1009, 2.093, 2.086, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
] as const;

/** The limit for many degrees of freedom: the normal quantile, unrounded so that the tail meets the table. */
const NORMAL_95 = 1.959963984540054;

/** Two-sided 95 % quantile of Student's t; `degrees` is a whole number of at least 1. Good to four decimals. */
export function studentT95(degrees: number): number {
  if (!Number.isInteger(degrees) || degrees < 1) {
    throw new RangeError(`Student's t has no ${degrees} degrees of freedom: give a whole number of at least 1.`);
  }
  return T95_BY_DEGREES[degrees - 1] ?? expandFromNormal(degrees);
}

/** Cornish-Fisher expansion (Abramowitz & Stegun 26.7.5); above 30 degrees three terms err by less than 2e-6. */
function expandFromNormal(degrees: number): number {
  const z = NORMAL_95;
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + first / degrees + second / degrees ** 2 + third / degrees ** 3;
}
