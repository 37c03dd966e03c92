import { describe, expect, it } from '@jest/globals';
import { isPlainYes, readKeyword } from './read-keyword.js';

const STOP_WORDS = [
  [
    'stop',
    'STOP',
    'Stop.',
    ' stop ',
    'stop!!!',
    '"STOP"',
    'STOPALL',
    'stop all',
    'unsubscribe',
    'CANCEL',
    'End',
    'quit',
  ],
  ['revoke', 'optout', 'opt out', 'Opt-Out', 'OPT  OUT.', 'remove', 'ＳＴＯＰ', 'STOP 🛑'],
  ['ARRET', 'arrêt', 'Arrêter', 'désinscription', 'ALTO', 'parar', 'BAJA', 'cancelar'],
  ['Abmelden', 'abbestellen', 'Stopp', 'afmelden', 'Uitschrijven', 'cancellami', 'Disiscrivi'],
].flat();

const STOP_SENTENCES = [
  ['STOP please', 'please stop', 'Stop now', 'stop it', 'bitte stop', 'STOP svp', 'alto por favor'],
  [
    'please stop texting me',
    'Stop sending me messages',
    'stop with the texts',
    'Stop promotions',
    'quit texting',
    "don't text me",
    'Don’t contact me',
  ],
  [
    'do not message me again',
    'no more texts',
    'I want to opt out',
    'opt me out',
    'unsubscribe me',
    'take me off your list',
  ],
  ['remove me from this', 'lose my number', 'Leave me alone!', 'I revoke my consent'],
  ['keine SMS mehr', 'Bitte keine weiteren Nachrichten', 'Hört auf', 'hören Sie bitte auf', 'ich möchte mich abmelden'],
  [
    'Arrêtez de m’envoyer des SMS',
    'plus de messages',
    'ne me contactez plus',
    'je veux me désabonner',
    'ne m’écrivez plus',
  ],
  ['no me escriban más', 'dejen de enviar mensajes', 'no más mensajes', 'quiero darme de baja'],
  ['basta messaggi', 'smettete di scrivermi', 'non scrivetemi più'],
  ['geen berichten meer', 'stop met die sms', 'niet meer sturen', 'ik wil me uitschrijven'],
].flat();

const OTHERS = [
  [
    'UNSTOPPABLE',
    'non-stop flight',
    'the bus stop',
    'nonstop',
    'stopped working',
    'It stops after a minute',
    'Please don’t stop texting me',
  ],
  [
    '8',
    'great',
    'Where is my parcel?',
    'I quit my job',
    'the end of the world',
    'Can I cancel my order?',
    'cancel order 12',
  ],
  [
    'I need help with my order',
    'helpful',
    'started well',
    'restart',
    'endlich da',
    'Wie lange hört man das?',
    'message received',
  ],
  [
    'Bajo precio',
    'How do I remove the lid?',
    'Kein Problem',
    'geen probleem',
    'Basta così',
    'Non male',
    '',
    '   ',
    '👍',
  ],
  ['Do not text while driving', 'The texts on the box are wrong', 'my contact is Ann', 'Revoked', 'yes'],
].flat();

describe('readKeyword', () => {
  it.each(STOP_WORDS)('%s stops by itself', (text) => {
    expect(readKeyword(text, false)).toEqual({ keyword: 'stop', how: 'word' });
  });

  it.each(STOP_SENTENCES)('%s is a revocation in other words', (text) => {
    expect(readKeyword(text, false)).toEqual({ keyword: 'stop', how: 'sentence' });
  });

  it.each(OTHERS)('%s asks for nothing of the kind', (text) => {
    expect(readKeyword(text, false)).toBeNull();
  });

  it.each(['START', 'start!', 'Unstop', ' UNSTOP. '])('%s starts again', (text) => {
    expect(readKeyword(text, true)).toEqual({ keyword: 'start', how: 'word' });
  });

  it.each(['HELP', 'info', 'Hilfe!', 'aide', 'ayuda', 'aiuto', 'hulp'])('%s asks for help', (text) => {
    expect(readKeyword(text, false)).toEqual({ keyword: 'help', how: 'word' });
  });

  it('takes YES for START only of somebody who has opted out', () => {
    expect(readKeyword('Yes', true)).toEqual({ keyword: 'start', how: 'word' });
    expect(readKeyword('Yes', false)).toBeNull();
  });
});

describe('a plain yes', () => {
  it.each(['YES', 'Yes.', 'yes please', 'Y', 'Oui !', 'oui merci', 'Ja, bitte', 'Sí, gracias', 'START'])(
    'is %s',
    (text) => {
      expect(isPlainYes(text)).toBe(true);
    },
  );

  it.each(['', 'yes 8', 'yes but no', 'no', 'STOP', 'yesterday', 'yes or no', 'oui ou non', 'please'])(
    'is not %s',
    (text) => {
      expect(isPlainYes(text)).toBe(false);
    },
  );
});
