/** Text as it compares: full-width and joined forms resolved, lower case, no accents, no emoji but what they may count. */
export function withoutAccents(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{Diacritic}|\p{Mn}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss');
}

/** Letters, digits and single spaces: `Opt-out!` is `opt out`. */
export function plainWords(text: string): string {
  return withoutAccents(text)
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
