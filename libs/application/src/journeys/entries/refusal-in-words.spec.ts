import { refusalInWords } from './refusal-in-words.js';

const asked = (condition: string, more: object = {}): string =>
  JSON.stringify([
    { condition: '1 == 1', result: true },
    { condition, result: false, ...more },
  ]);

describe('refusalInWords', () => {
  it('names the condition that did not hold, and where to look', () => {
    expect(refusalInWords('audience', asked('"vip" in customer.tags'))).toBe(
      'The customer is not in the audience: "vip" in customer.tags. GET /api/v1/customers/:id shows what is known.',
    );
    expect(refusalInWords('where', asked('event.data.n > 3', { problem: 'No such key: n' }))).toBe(
      `The trigger's condition does not hold: event.data.n > 3 (No such key: n). Send "data" that meets it. GET /api/v1/customers/:id shows what is known.`,
    );
  });

  it('says what to do about each reason, without the engine’s own notation', () => {
    for (const reason of [
      'unknown-customer',
      'unknown-order',
      'paused',
      'erased',
      'where',
      'audience',
      'entered-before',
      'limit',
    ])
      expect(refusalInWords(reason, null)).toMatch(/^The |^Nobody /);
    expect(refusalInWords('entered-before', 'week-12')).toContain('"week-12" was used before. Send another "key"');
    expect(refusalInWords('limit', '1 under way')).toContain('(1 under way)');
  });

  it('passes on what it has no words for', () => {
    expect(refusalInWords('new-reason', 'as it is')).toBe('as it is');
  });
});
