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
  de: [
    /\bRabatt/i,
    /\bGutschein/i,
    /\bSonderangebot/i,
    /\bAktionscode/i,
    /\d+\s?% (Nachlass|günstiger|sparen)/i,
    /jetzt (kaufen|sparen)/i,
  ],
  es: [
    /\bdescuentos?\b/i,
    /\bcup[oó]n/i,
    /c[oó]digo promocional/i,
    /oferta (especial|exclusiva)/i,
    /compra ahora/i,
    /\brebajas\b/i,
  ],
  it: [
    /\bscont[oi]\b/i,
    /\bbuon[oi] (sconto|acquisto)\b/i,
    /codice promo/i,
    /offert[ae] (speciale|esclusiva|speciali|esclusive)/i,
    /(acquista|compra) (ora|subito)/i,
    /\bsaldi\b/i,
  ],
  nl: [
    /\bkorting/i,
    /\b(actie|promo)code/i,
    /\bwaardebon/i,
    /(speciale|exclusieve) aanbieding/i,
    /(koop|bestel) nu\b/i,
    /\buitverkoop\b/i,
  ],
  pt: [
    /\bdescontos?\b/i,
    /\bcup(om|ão|ões|ons)(?!\p{L})/iu,
    /oferta (especial|exclusiva)/i,
    /compre (agora|já)/i,
    /\bsaldos\b/i,
  ],
};
const PRICE = /[€$£]\s?\d|\d\s?(€|EUR|USD)/;

const REVIEW: readonly RegExp[] = [
  /\b(write|leave|short|honest) (us )?(a )?(short )?review/i,
  /\brate us\b/i,
  /(écrire|laisser|laissez|écrivez|déposer|déposez|court) (un )?avis/i,
  /Bewertung (schreiben|abgeben)/i,
  /(escribe|deja) una (reseña|opinión)/i,
  /(scrivi|scrivere|lascia|lasciare) una recensione/i,
  /(schrijf|laat) een (review|beoordeling|recensie)/i,
  /(review|beoordeling|recensie) (schrijven|achterlaten)/i,
  /(escreva|deixe) uma (avaliação|opinião)/i,
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
