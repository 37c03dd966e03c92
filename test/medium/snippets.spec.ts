import { jest } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { aJourney } from './a-journey.js';
import { type Answer, ApiRig, type Problem } from './api-rig.js';

jest.setTimeout(60_000);

const SNIPPETS = '/api/v1/snippets';

interface Item {
  readonly id: string;
  readonly name: string;
  readonly sku: string | null;
  readonly productId: string | null;
  readonly locale: string;
  readonly text: string;
}
interface Page {
  readonly items: readonly Item[];
  readonly next: string | null;
}
interface Report {
  readonly lines: number;
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly faults: readonly { readonly line: number; readonly field: string; readonly message: string }[];
  readonly omitted: number;
}
interface Warning {
  readonly code: string;
  readonly pointer: string;
  readonly message: string;
}

let rig: ApiRig;
beforeAll(async () => {
  rig = await ApiRig.start('snippets');
});
afterAll(() => rig.stop());
beforeEach(() => rig.owner.query('truncate app.product_snippet'));

const put = (body: object) => rig.call<Item & Problem>('PUT', SNIPPETS, { body });
const remove = (id: string) => rig.call('DELETE', `${SNIPPETS}/${id}`);
const list = async (query = ''): Promise<Page> => (await rig.get<Page>(SNIPPETS + query)).body;
const csv = (body: string): Promise<Answer<Report & Problem>> =>
  rig.post<Report & Problem>(`${SNIPPETS}/import`, body, { type: 'text/csv' });

describe('snippets', () => {
  it('are stored one by one, the next in place of the last of the same name, product and language', async () => {
    const first = await put({ name: 'care', sku: 'K-1', locale: 'en', text: ' Wash it by hand.\r\nDry it. ' });
    expect([first.status, first.body]).toMatchObject([
      200,
      { name: 'care', sku: 'K-1', productId: null, locale: 'en', text: 'Wash it by hand.\nDry it.' },
    ]);
    const again = await put({ name: 'care', sku: 'K-1', locale: 'en', text: 'Oil it.' });
    expect(again.body).toMatchObject({ id: first.body.id, text: 'Oil it.' });
    await put({ name: 'care', productId: 'K-1', text: 'Of the product' });
    expect((await put({ name: 'care', text: 'Of every product' })).body).toMatchObject({
      sku: null,
      productId: null,
      locale: 'default',
    });
    expect((await list()).items.map(({ text }) => text)).toEqual(['Of every product', 'Of the product', 'Oil it.']);
  });

  it.each([
    [{ name: 'Care' }, '/name'],
    [{ text: ' ' }, '/text'],
    [{ text: 'x'.repeat(2_001) }, '/text'],
    [{ sku: 'K-1', productId: '77' }, '/productId'],
    [{ locale: 'english-' }, '/locale'],
    [{ html: 'yes' }, ''],
  ])('with %j are refused', async (fields, pointer) => {
    const { status, body } = await put({ name: 'care', text: 'Oil it.', ...fields });
    expect([status, body.errors?.map((error) => error.pointer)]).toEqual([422, [expect.stringContaining(pointer)]]);
  });

  it('are listed page by page, by name or of one product', async () => {
    const items = ['a', 'b', 'c'].flatMap((sku) =>
      ['care', 'size'].map((name) => ({ name, sku, text: `${name} of ${sku}` })),
    );
    expect((await rig.post<Report>(`${SNIPPETS}/import`, items)).body).toMatchObject({ lines: 6, added: 6 });
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await list(`?limit=4${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...page.items.map(({ text }) => text));
      cursor = page.next;
    }
    expect(seen).toEqual(['care of a', 'care of b', 'care of c', 'size of a', 'size of b', 'size of c']);
    expect((await list('?name=size&sku=b')).items).toMatchObject([{ text: 'size of b' }]);
    expect((await list('?productId=b')).items).toEqual([]);
    expect((await rig.get(`${SNIPPETS}?sku=b&productId=b`)).status).toBe(422);
    expect((await rig.get(`${SNIPPETS}?cursor=nonsense`)).status).toBe(422);
  });

  it('are deleted one by one', async () => {
    const { body } = await put({ name: 'care', text: 'Oil it.' });
    expect((await remove(body.id)).status).toBe(204);
    expect((await remove(body.id)).status).toBe(404);
    expect((await list()).items).toEqual([]);
  });

  it('are in the audit log with who changed what', async () => {
    const { body } = await put({ name: 'care', sku: 'K-1', text: 'Oil it.' });
    await put({ name: 'care', sku: 'K-1', text: 'Wash it.' });
    await put({ name: 'care', sku: 'K-1', text: 'Wash it.' });
    await remove(body.id);
    const audit = await rig.get<{ items: { action: string; subject: string; subjectId: string; changes: object }[] }>(
      '/api/v1/audit',
    );
    const own = audit.body.items.filter(({ subjectId }) => subjectId === body.id);
    expect(own.map(({ action, subject }) => `${action} ${subject}`)).toEqual([
      'delete snippet',
      'update snippet',
      'insert snippet',
    ]);
    expect(own[1]?.changes).toEqual({ text: ['Oil it.', 'Wash it.'] });
  });
});

describe('a list of snippets', () => {
  it('is taken over line by line: bad ones are told by their number, good ones are kept', async () => {
    await put({ name: 'care', sku: 'K-1', locale: 'en', text: 'Oil it.' });
    const { status, body } = await csv(
      '\uFEFFSnippet;SKU;Product ID;Language;Text;Note\r\n' +
        'care;K-1;;en;"Wash it.\r\nDry it; then oil it.";\r\n' +
        '\r\n' +
        'Care!;K-2;;en;Oil it.;\r\n' +
        'care;;77;;Oil it.;kept\r\n' +
        'care;K-1;77;;Oil it.;\r\n' +
        'size;;;;;\r\n',
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ lines: 5, added: 1, changed: 1, unchanged: 0, refused: 3, omitted: 0 });
    expect(body.faults).toMatchObject([
      { line: 5, field: 'name' },
      { line: 7, field: 'productId', message: expect.stringContaining('sku') },
      { line: 8, field: 'text' },
    ]);
    expect((await list()).items.map(({ text }) => text)).toEqual(['Oil it.', 'Wash it.\nDry it; then oil it.']);
  });

  it('comes back as it went out, and changes nothing then', async () => {
    const texts = ['=1+1', '- by hand\n- cold, "never" hot\'', 'https://shop.example/v?a=1&b=2', '{{ shop.name }}'];
    for (const [index, text] of texts.entries()) await put({ name: `text${index}`, sku: `-${index}`, text });
    await put({ name: 'care', productId: '0077', locale: 'fr-CA', text: 'À la main' });
    const { status, text, headers } = await rig.get(`${SNIPPETS}/export`);
    expect([status, headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8']);
    const rows: Record<string, string>[] = parse(text, { columns: true });
    expect(rows[0]).toMatchObject({ name: 'care', sku: '', product_id: '0077', locale: 'fr-CA', text: 'À la main' });
    expect(rows.every((row) => !/^[=+\-@]/.test((row['text'] ?? '') + (row['sku'] ?? '')))).toBe(true);
    const before = (await list()).items;
    expect((await csv(text)).body).toMatchObject({ lines: 5, added: 0, changed: 0, unchanged: 5, refused: 0 });
    await rig.owner.query('truncate app.product_snippet');
    expect((await csv(text)).body).toMatchObject({ added: 5 });
    const withoutIds = (items: readonly Item[]) => items.map(({ name, sku, text: words }) => ({ name, sku, words }));
    expect(withoutIds((await list()).items)).toEqual(withoutIds(before));
  });

  it('that names one twice has the later one', async () => {
    const { body } = await csv('name,text\ncare,Oil it.\ncare,Wash it.\n');
    expect(body).toMatchObject({ lines: 2, added: 1, unchanged: 0 });
    expect((await list()).items).toMatchObject([{ text: 'Wash it.' }]);
  });

  it('without names or texts is refused, and one that is too long as a whole', async () => {
    expect((await csv('sku,text\nK-1,Oil it.\n')).body).toMatchObject({ detail: expect.stringContaining('"name"') });
    expect((await rig.post(`${SNIPPETS}/import`, [])).status).toBe(422);
    const lines = Array.from({ length: 20_001 }, (_, index) => `care,K-${index},Oil it.`);
    expect((await csv(`name,sku,text\n${lines.join('\n')}`)).status).toBe(413);
    expect((await list()).items).toEqual([]);
  });
});

describe('a template that names a snippet', () => {
  const LINES = '{% for line in order.lines %}{{ line.snippets.care | default: "" }}{% endfor %}';
  const warningsOf = (all: readonly Warning[]) => all.filter(({ code }) => code === 'snippet.unknown');

  it('is warned of at a check and a publication, as long as none is stored for any product', async () => {
    const document = aJourney({
      key: 'caring',
      templates: {
        hello: { en: { subject: 'Hello', mjml: '<mj-text>\n{% render "care" %}</mj-text>', sms: `Hello ${LINES}` } },
      },
      partials: { care: { default: LINES } },
    });
    const checked = await rig.post<{ findings: readonly Warning[] }>('/api/v1/journeys/check', document);
    expect(warningsOf(checked.body.findings)).toMatchObject([
      { pointer: '/templates/hello/en/mjml', message: expect.stringMatching(/care.*\(line 2\)$/) },
      { pointer: '/templates/hello/en/sms' },
    ]);
    await rig.post('/api/v1/journeys', document);
    const publish = () => rig.post<{ warnings: readonly Warning[] }>('/api/v1/journeys/caring/publish');
    const published = await publish();
    expect([published.status, warningsOf(published.body.warnings)]).toMatchObject([200, [{}, {}]]);
    await put({ name: 'care', sku: 'K-1', text: 'Oil it.' });
    expect(warningsOf((await publish()).body.warnings)).toEqual([]);
    const preview = await rig.post<{ findings: readonly Warning[] }>('/api/v1/journeys/caring/publish/preview');
    expect(warningsOf(preview.body.findings)).toEqual([]);
  });
});
