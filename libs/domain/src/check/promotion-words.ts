/** Words that make a text promotion, by language. Few and plain: a false alarm costs more trust than a miss. */
const PROMOTION: Readonly<Record<string, readonly RegExp[]>> = {
  en: [
    /\d+\s?% (off|discount)/i,
    /\bdiscounts?\b/i,
    /\b(coupon|voucher|promo(tion(al)?)? code)s?\b/i,
    /\b(special|exclusive|limited) offers?\b/i,
    /\b(shop|buy) now\b/i,
    /\bflash sale\b/i,
    /\bsave \d+/i,
  ],
  fr: [
    /\d+\s?% de (remise|réduction)/i,
    /\bcode promo/i,
    /\b(remise|réduction)s?\b/i,
    /bons? d[’']achat/i,
    /offres? (spéciale|exclusive|limitée)s?/i,
    /\bsoldes\b/i,
    /achetez maintenant/i,
  ],
  de: [/\bRabatt/i, /\bGutschein/i, /\bSonderangebot/i, /jetzt kaufen/i],
  es: [/\bdescuentos?\b/i, /\bcup[oó]n/i, /oferta (especial|exclusiva)/i, /compra ahora/i],
};
const PRICE = /[€$£]\s?\d|\d\s?(€|EUR|USD)/;

const REVIEW: readonly RegExp[] = [
  /\b(write|leave|short|honest) (us )?(a )?(short )?review/i,
  /\brate us\b/i,
  /(écrire|laisser|laissez|écrivez|déposer|déposez|court) (un )?avis/i,
  /Bewertung (schreiben|abgeben)/i,
  /(escribe|deja) una (reseña|opinión)/i,
];

/** The words that make a text promotion; null when none does. Any language counts: texts are often mixed. */
export function promotionIn(text: string): string | null {
  for (const pattern of Object.values(PROMOTION).flat()) {
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) return found;
  }
  const price = text.includes('<mj-button') ? PRICE.exec(text)?.[0] : undefined;
  return price ?? null;
}

/** The words that call for a public review; null when none does. */
export function reviewCallIn(text: string): string | null {
  for (const pattern of REVIEW) {
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) return found;
  }
  return null;
}
