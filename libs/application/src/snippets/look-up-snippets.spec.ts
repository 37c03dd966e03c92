import type { CompiledTemplate } from '../delivery/template-engine.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import { LookUpSnippets } from './look-up-snippets.js';
import { type ProductKey, SnippetStore } from './snippet-store.port.js';

class Counted extends SnippetStore {
  readonly asked: { keys: readonly ProductKey[]; names: readonly string[] | null }[] = [];

  override about(_tx: Transaction, keys: readonly ProductKey[], names: readonly string[] | null) {
    this.asked.push({ keys, names });
    return Promise.resolve([]);
  }

  page = unasked;
  put = unasked;
  putAll = unasked;
  remove = unasked;
  known = unasked;
}

function unasked(): never {
  throw new Error('Nobody should ask this.');
}

const tx = {} as Transaction;
const template = (sms: string): Record<string, CompiledTemplate> => ({ en: { engine: 1, sms } });
const message = (sms: string, ...lines: { sku?: string; productId?: string }[]) => ({
  template: template(sms),
  variables: () => ({ order: { lines } }),
});

describe('the look-up of snippets', () => {
  it('asks nothing, and reads no facts, where no template prints any', async () => {
    const store = new Counted();
    const plain = { template: template('Hello {{ order.name }}'), variables: unasked };
    await new LookUpSnippets(store).run(tx, [plain, { template: undefined, variables: unasked }]);
    expect(store.asked).toEqual([]);
  });

  it('asks once for all messages, each product once, for the names alone that templates print', async () => {
    const store = new Counted();
    const care = '{% for line in order.lines %}{{ line.snippets.care }}{% endfor %}';
    await new LookUpSnippets(store).run(tx, [
      message(care, { sku: 'A', productId: '1' }, { sku: 'B' }),
      message(care, { sku: 'A', productId: '1' }),
      message('{{ order.lines[0].snippets.size }}', { sku: 'C' }),
      message('Hello', { sku: 'D' }),
    ]);
    expect(store.asked).toHaveLength(1);
    expect(store.asked[0]?.names).toEqual(['care', 'size']);
    expect(store.asked[0]?.keys.map(({ about, product }) => `${about} ${product}`)).toEqual([
      'sku A',
      'product 1',
      'any ',
      'sku B',
      'sku C',
    ]);
  });

  it.each([
    { whatsapp: '{{ order.lines[0].snippets.care }}' },
    { approved: { sid: 'HX1', pieces: ['Wash it: ', '{{ order.lines[0].snippets.care }}', ''] } },
    { subject: '{{ order.lines[0].snippets.care }}' },
    { html: '{{ order.lines[0].snippets.care }}' },
  ])('looks into %j', async (fields) => {
    const store = new Counted();
    const template = { en: { engine: 1, ...fields } };
    await new LookUpSnippets(store).run(tx, [{ template, variables: () => ({ order: { lines: [{ sku: 'A' }] } }) }]);
    expect(store.asked).toMatchObject([{ names: ['care'] }]);
  });

  it('asks for every name where a template could print any', async () => {
    const store = new Counted();
    const which = message('{{ line.snippets[settings.which] }}', { sku: 'A' });
    await new LookUpSnippets(store).run(tx, [message('{{ line.snippets.care }}', { sku: 'A' }), which]);
    expect(store.asked).toMatchObject([{ names: null }]);
  });
});
