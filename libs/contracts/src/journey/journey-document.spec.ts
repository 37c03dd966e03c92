import { journeyDocument } from './journey-document.schema.js';

const DOCUMENT = {
  key: 'how-to',
  title: 'How to',
  class: 'service',
  trigger: 'order.placed',
  entry: { key: 'order.id' },
  steps: [{ id: 'stop', kind: 'exit' }],
};

function refusal(extra: object): string {
  const result = journeyDocument.safeParse({ ...DOCUMENT, ...extra });
  return result.success ? '' : JSON.stringify(result.error.issues);
}

describe('journeyDocument', () => {
  it('adds no field that its author left out, besides the defaults it always had', () => {
    expect(Object.keys(journeyDocument.parse(DOCUMENT)).toSorted()).toEqual([
      'class',
      'entry',
      'exitOn',
      'key',
      'settings',
      'steps',
      'templates',
      'title',
      'trigger',
    ]);
  });

  it('takes an audience with or without a recheck', () => {
    expect(journeyDocument.parse({ ...DOCUMENT, audience: 'order.isGift' }).audience).toBe('order.isGift');
    const audience = { when: 'order.isGift', recheck: 'before-send' };
    expect(journeyDocument.parse({ ...DOCUMENT, audience }).audience).toEqual(audience);
  });

  it.each([
    [{ audience: { when: 'order.isGift', recheck: 'daily' } }, 'Write before-send or every-step'],
    [{ audience: { when: 'order.isGift' } }, 'Write before-send or every-step'],
    [{ audience: 5 }, 'Write a condition, or {when, recheck}'],
    [{ trigger: 'message.opened' }, 'Mail programs open mails by themselves'],
    [{ exitOn: ['message.opened'] }, 'Mail programs open mails by themselves'],
    [{ priority: 101 }, 'whole number from 0 to 100'],
    [{ priority: 1.5 }, 'whole number from 0 to 100'],
    [{ holdOut: 'some' }, 'add a hold-out step'],
  ])('refuses %j', (extra, sentence) => {
    expect(refusal(extra)).toContain(sentence);
  });
});
