import { PermanentError } from '#app/domain';
import { aContext, parsed, refusal } from '../testing.js';
import { callWebhookStep } from './call-webhook.step.js';

const at = '2026-05-04T10:00:00Z';
const url = 'https://warehouse.example/cards?shop=1';

describe('call-webhook', () => {
  it('sends what its expressions give', () => {
    const settings = parsed(callWebhookStep, { url, payload: { order: 'name', items: 'skus' } });
    expect(callWebhookStep.enter(settings, aContext(at, { name: '#1', skus: ['K-1'] }))).toEqual({
      type: 'continue',
      acts: [{ type: 'call', url, payload: { order: '#1', items: ['K-1'] } }],
    });
    expect(callWebhookStep.expressions?.(settings)).toEqual([
      { place: 'payload/order', source: 'name', expects: 'any' },
      { place: 'payload/items', source: 'skus', expects: 'any' },
    ]);
  });

  it('sends null for what has no value, and says so', () => {
    const evaluate = (): never => {
      throw new PermanentError('expression.failed', 'no such key');
    };
    const settings = parsed(callWebhookStep, { url, payload: { order: 'name' } });
    expect(callWebhookStep.enter(settings, aContext(at, {}, { evaluate }))).toEqual({
      type: 'continue',
      acts: [{ type: 'call', url, payload: { order: null } }],
      note: { unknown: { order: 'no such key' } },
    });
  });

  it('sends no body that is too large', () => {
    const settings = parsed(callWebhookStep, { url, payload: { text: 'long' } });
    const decision = callWebhookStep.enter(settings, aContext(at, { long: 'x'.repeat(40_000) }));
    expect(decision).toMatchObject({ type: 'continue', note: { skipped: 'unsuitable' } });
  });

  it.each([
    ['http://warehouse.example/', 'https://'],
    ['ftp://warehouse.example/', 'https://'],
    ['warehouse.example', 'https://'],
    ['"https://" + shop.name', 'https://'],
    ['https://ann:secret@warehouse.example/', 'Leave user names'],
    ['https://ann@warehouse.example/', 'Leave user names'],
    ['https://warehouse.example/?api_key=1', 'Leave user names'],
    ['https://warehouse.example/?a=1&Token=x', 'Leave user names'],
  ])('refuses the address %s', (address, sentence) => {
    expect(refusal(callWebhookStep, { url: address })).toContain(sentence);
  });

  it.each([['constructor'], ['a b'], ['']])('refuses the field name "%s"', (name) => {
    expect(refusal(callWebhookStep, { url, payload: JSON.parse(`{"${name}":"x"}`) })).not.toBe('');
  });

  it('refuses more than 30 fields', () => {
    const payload = Object.fromEntries(Array.from({ length: 31 }, (_, index) => [`f${index}`, 'x']));
    expect(refusal(callWebhookStep, { url, payload })).toContain('At most 30 fields');
  });
});
