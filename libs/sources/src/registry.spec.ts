import { readdirSync } from 'node:fs';
import { SourceRegistry } from './registry.js';

const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe('the registry of sources', () => {
  const registry = new SourceRegistry();

  it.each(folders)('knows the folder %s', (folder) => {
    expect(registry.find(folder)?.code).toBe(folder);
  });

  it('lists each kind that a shop can add once', () => {
    expect(registry.list().map(({ code }) => code)).toEqual(['shopify', 'woocommerce', 'twilio', 'standard-webhooks']);
  });

  it.each(['api', 'link', 'mail'])('takes no webhook of the internal kind %s', (code) => {
    const kind = registry.find(code);
    expect(
      kind?.verify({ headers: {}, rawBody: Buffer.from('{}'), contentType: 'application/json' }, ['secret'], 0).genuine,
    ).toBe(false);
    expect(kind?.refuseSecret?.('anything')).toMatch(/\S/);
  });

  it('has nothing under a name of Object.prototype', () => {
    expect(registry.find('constructor')).toBeUndefined();
  });
});
