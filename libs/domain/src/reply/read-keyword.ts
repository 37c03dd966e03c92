import { plainWords } from './plain-words.js';

export interface ReadKeyword {
  readonly keyword: 'stop' | 'start' | 'help';
  /** `word`: the whole text is one of the words by themselves; `sentence`: other words, which a reasonable person takes for it. */
  readonly how: 'word' | 'sentence';
}

/** 47 CFR 64.1200(a)(10), the words of Twilio and of carriers, and those of other languages. */
const STOP = new Set(
  [
    'stop|stopall|stop all|unsubscribe|cancel|end|quit|revoke|optout|opt out|remove|td',
    'stopp|stoppen|abmelden|abbestellen|austragen|kundigen',
    'arret|arreter|desabonner|desinscrire|desabonnement|desinscription',
    'alto|parar|pare|baja|cancelar|darse de baja|darme de baja',
    'ferma|fermare|cancella|cancellami|cancellatemi|disiscrivi|disiscrivimi|annulla iscrizione',
    'afmelden|uitschrijven|opzeggen',
  ].flatMap((words) => words.split('|')),
);
const START = new Set(['start', 'unstop']);
const HELP = new Set(['help', 'info', 'hilfe', 'aide', 'ayuda', 'aiuto', 'hulp']);
/** Twilio's third word for START: it means that only to somebody who has opted out. */
const YES = 'yes';

/** A plain yes to a question, and Twilio's words for wanting messages. */
const AGREED = new Set([...START, YES, 'y', 'ja', 'oui', 'si']);

/** What politeness and impatience add to a word. */
const AROUND =
  /\b(?:please|pls|plz|now|immediately|thanks|thank you|thx|it|this|that|bitte|sofort|jetzt|danke|s il vous plait|svp|stp|merci|por favor|gracias|ya|per favore|grazie|alstublieft|aub|nu)\b/g;

const MESSAGES =
  '(?:texts?|texting|sms|sms es|messages?|messaging|promotions?|contacting|sending|spamming|spam|bothering|writing)';
const REVOCATIONS: readonly RegExp[] = [
  new RegExp(String.raw`\b(?:stop|quit|cease) (?:\w+ ){0,3}${MESSAGES}\b`),
  /\b(?:don t|dont|do not|never) (?:\w+ )?(?:text|message|contact|sms|write|spam|bother)(?: to)? me\b/,
  /\bno more (?:\w+ )?(?:texts?|messages?|sms)\b/,
  /\b(?:unsubscribe|opt(?: me)? out|opting out|remove (?:me|my number)|take me off|(?:delete|lose) my number|leave me alone)\b/,
  /\b(?:revoke|withdraw) (?:my )?consent\b/,
  /\bkeine? (?:\w+ ){0,2}(?:sms|nachrichten|nachricht|mitteilungen|werbung)\b/,
  /\b(?:hort|hor|horen sie) (?:\w+ ){0,3}auf\b/,
  /\b(?:abmelden|abbestellen|austragen|lasst mich in ruhe|nicht mehr (?:an)?schreiben|nicht mehr kontaktieren)\b/,
  /\b(?:arretez|arrete|cessez) (?:\w+ ){0,4}(?:sms|messages?|textos?|envoyer|ecrire|contacter)\b/,
  /\bplus de (?:sms|messages?|textos?)\b/,
  /\bne m\w*(?: \w+)? (?:contactez|ecrivez|envoyez) plus\b/,
  /\b(?:desabonn|desinscri)\w+/,
  /\b(?:dejen|deja|dejad|paren|no me) (?:\w+ ){0,2}(?:enviar\w*|envien|envies|mandar\w*|manden|mandes|escribir\w*|escriban|escribas|contacten|contactes)\b/,
  /\bno mas (?:mensajes|sms)\b/,
  /\b(?:dar(?:me|se)?|denme) de baja\b/,
  /\b(?:smett\w+|basta) (?:\w+ ){0,3}(?:inviar\w*|mandar\w*|scriver\w*|contattar\w*|messaggi|sms)\b/,
  /\bnon (?:\w+ ){0,2}(?:mandatemi|scrivetemi|contattatemi|inviatemi|scrivermi|contattarmi)\b/,
  /\b(?:disiscri\w+|cancellatemi)\b/,
  /\b(?:geen|stop\w*) (?:\w+ ){0,3}(?:berichten|berichtjes|smsjes|sms jes|sms)\b/,
  /\b(?:uitschrijven|afmelden|niet meer (?:sturen|smsen|contacteren|berichten))\b/,
];
/** The opposite of what it seems to say. */
const NOT_REVOKED = /\b(?:don t|dont|do not|never|please keep|hort nicht|ne vous) (?:\w+ ){0,2}(?:stop|arretez|auf)\b/;

/**
 * What a text asks of the conversation itself, or null where it is a reply like any other. `YES` alone opts in again who has opted
 * out, and is a reply of anybody else.
 */
export function readKeyword(text: string, isOptedOut: boolean): ReadKeyword | null {
  const words = plainWords(text);
  if (STOP.has(words)) return { keyword: 'stop', how: 'word' };
  if (START.has(words) || (words === YES && isOptedOut)) return { keyword: 'start', how: 'word' };
  if (HELP.has(words)) return { keyword: 'help', how: 'word' };
  if (STOP.has(bared(words))) return { keyword: 'stop', how: 'sentence' };
  if (NOT_REVOKED.test(words)) return null;
  return REVOCATIONS.some((pattern) => pattern.test(words)) ? { keyword: 'stop', how: 'sentence' } : null;
}

/** Whether a text says yes and nothing else. */
export function isPlainYes(text: string): boolean {
  return AGREED.has(bared(plainWords(text)));
}

function bared(words: string): string {
  return words.replaceAll(AROUND, ' ').replaceAll(/ +/g, ' ').trim();
}
