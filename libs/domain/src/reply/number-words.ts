/** Numbers from 0 to 10 as people write them, in lower case and without accents: en, de, fr, es, it, nl. */
const WORDS: readonly (readonly string[])[] = [
  ['zero', 'null', 'cero', 'nul'],
  ['one', 'eins', 'ein', 'eine', 'un', 'une', 'uno', 'una', 'een'],
  ['two', 'zwei', 'zwo', 'deux', 'dos', 'due', 'twee'],
  ['three', 'drei', 'trois', 'tres', 'tre', 'drie'],
  ['four', 'vier', 'quatre', 'cuatro', 'quattro'],
  ['five', 'funf', 'fuenf', 'cinq', 'cinco', 'cinque', 'vijf'],
  ['six', 'sechs', 'seis', 'sei', 'zes'],
  ['seven', 'sieben', 'sept', 'siete', 'sette', 'zeven'],
  ['eight', 'acht', 'huit', 'ocho', 'otto'],
  ['nine', 'neun', 'neuf', 'nueve', 'nove', 'negen'],
  ['ten', 'zehn', 'dix', 'diez', 'dieci', 'tien'],
];

export const NUMBER_WORDS: ReadonlyMap<string, number> = new Map(
  WORDS.flatMap((words, value) => words.map((word) => [word, value] as const)),
);
