import { describe, expect, it } from '@jest/globals';
import { readScore } from './read-score.js';

const NPS = { min: 0, max: 10, polarity: 'higher-better', topK: 2 } as const;
const CSAT = { min: 1, max: 5, polarity: 'higher-better', topK: 2 } as const;

const TO_TEN: readonly (readonly [text: string, score: number])[] = [
  ['8', 8],
  [' 8 ', 8],
  ['8.', 8],
  ['8!', 8],
  ['10!!!', 10],
  ['0', 0],
  ['８', 8],
  ['8️⃣', 8],
  ['🔟', 10],
  ['“9”', 9],
  ['*9*', 9],
  ['8/10', 8],
  ['8 / 10', 8],
  ['10/10', 10],
  ['8 out of 10', 8],
  ['8 of 10', 8],
  ['eight out of ten', 8],
  ['8 von 10', 8],
  ['8 sur 10', 8],
  ['8 de 10', 8],
  ['8 su 10', 8],
  ['8 van de 10', 8],
  ['acht van de tien', 8],
  ['ten!', 10],
  ['TEN', 10],
  ['Eight', 8],
  ['zero', 0],
  ['null', 0],
  ['acht', 8],
  ['Zehn!', 10],
  ['fünf', 5],
  ['fuenf', 5],
  ['sieben', 7],
  ['huit', 8],
  ['zéro', 0],
  ['dix', 10],
  ['neuf', 9],
  ['ocho', 8],
  ['diez', 10],
  ['nueve', 9],
  ['otto', 8],
  ['dieci', 10],
  ['nove', 9],
  ['sei', 6],
  ['tien', 10],
  ['negen', 9],
  ['één', 1],
  ['zeven', 7],
  ['score: 8', 8],
  ['Score 8', 8],
  ['my rating is 9', 9],
  ['I give it a 9', 9],
  ['I’d say 7', 7],
  ['a 9', 9],
  ["it's a 10", 10],
  ['solid 8', 8],
  ['Ich gebe 8', 8],
  ['ich gebe euch eine 8', 8],
  ['Note: 8', 8],
  ['je donne 8', 8],
  ['je mets un 8', 8],
  ['le doy un 8', 8],
  ['voto 8', 8],
  ['ik geef een 8', 8],
  ['een 8', 8],
  ['8 points', 8],
  ['8 Punkte', 8],
  ['8 stars', 8],
  ['8 thanks', 8],
  ['8 danke!', 8],
  ['8, merci', 8],
  ['10 👍', 10],
  ['🎉10🎉', 10],
  ['9 ❤️', 9],
  ['★★★★★★★★', 8],
  ['⭐⭐⭐⭐⭐⭐⭐⭐⭐⭐', 10],
  ['★★★★★★★☆☆☆', 7],
];

const WORDED: readonly (readonly [text: string, score: number])[] = [
  ['8, because it came late', 8],
  ['9 - love it', 9],
  ['10! Best bowl ever', 10],
  ['3: the lid was broken', 3],
  ['7/10. Nice, but slow', 7],
  ['8, weil es spät kam', 8],
  ['10! Un grand merci', 10],
  ['9, it is a good one', 9],
  ['2\nThe box was wet', 2],
];

const TO_FIVE: readonly (readonly [text: string, score: number])[] = [
  ['4', 4],
  ['4/5', 4],
  ['★★★★', 4],
  ['⭐⭐⭐⭐⭐', 5],
  ['⭐️⭐️⭐️', 3],
  ['★★★★☆', 4],
  ['★ ★ ★', 3],
  ['🌟', 1],
  ['4 Sterne', 4],
  ['5 étoiles', 5],
  ['cinco estrellas', 5],
  ['five stars', 5],
];

const NOT_TO_TEN: readonly string[] = [
  '',
  ' ',
  '?',
  '8?',
  '8 or 9',
  '8-9',
  '8/9',
  '8 9',
  '7, maybe 8',
  '8, not 9',
  '2024',
  '11',
  '100',
  '-1',
  '8.5',
  '8,5',
  '08',
  '007',
  '4/5',
  '8 out of 12',
  '10 10 10',
  '8 days late',
  '2 weeks late and still nothing',
  '2 of the cups were broken',
  '1 was broken',
  'one was broken',
  'Order 8',
  '#8',
  '8 am',
  '8pm',
  '8€',
  '+4915112345678',
  '10:30',
  '10%',
  'eighty',
  'tenfold',
  'eleven',
  'great',
  'thanks',
  '👍',
  '★★★★',
  '★★★★☆',
  'I would give 8 but the box was wet',
  'not a 10',
  'call me at 8',
  'was it 8?',
  'STOP',
  'yes',
  'no',
  'null problemo',
  '8 x',
  '1e1',
  '0x8',
  '٨',
  '8'.repeat(2_000),
];

const NOT_TO_FIVE: readonly string[] = ['0', '6', '4/10', '8', '★★★★★★', '★★★☆', '☆☆☆☆☆'];

describe('readScore', () => {
  it.each(TO_TEN)('%s is %i of ten', (text, score) => {
    expect(readScore(text, NPS)).toEqual({ score });
  });

  it.each(WORDED)('%s is %i of ten with a comment', (text, score) => {
    expect(readScore(text, NPS)).toEqual({ score, comment: text });
  });

  it.each(TO_FIVE)('%s is %i of five', (text, score) => {
    expect(readScore(text, CSAT)).toEqual({ score });
  });

  it.each(NOT_TO_TEN)('%s is no score of ten', (text) => {
    expect(readScore(text, NPS)).toBeNull();
  });

  it.each(NOT_TO_FIVE)('%s is no score of five', (text) => {
    expect(readScore(text, CSAT)).toBeNull();
  });
});
