/**
 * The first locale that there is of those wanted, exact before language: of `de-AT` the template `de` or any other German one.
 * Falls back to the first there is; undefined when there is none.
 */
export function chooseLocale(
  available: readonly string[],
  wanted: readonly (string | null | undefined)[],
): string | undefined {
  for (const locale of wanted) {
    if (!locale) continue;
    const lower = locale.toLowerCase().replace('_', '-');
    const language = lower.split('-')[0] ?? lower;
    const found =
      available.find((name) => name.toLowerCase() === lower) ??
      available.find((name) => name.toLowerCase() === language) ??
      available.find((name) => name.toLowerCase().split('-')[0] === language);
    if (found !== undefined) return found;
  }
  return available[0];
}
