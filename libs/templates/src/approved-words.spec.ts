import { compileTemplate } from './compile.js';
import { aContext, renderSource } from './testing.js';

const SID = `HX${'0'.repeat(32)}`;
const whatsapp = (words: string, context?: object) =>
  renderSource({ whatsapp: words, whatsappContent: SID }, aContext({ ...context }));
const problemsOf = async (words: string, sid: string | undefined = SID) =>
  (await compileTemplate({ whatsapp: words, ...(sid && { whatsappContent: sid }) })).problems;

describe('words on WhatsApp', () => {
  it('are free without a content template', async () => {
    expect(
      await renderSource({ whatsapp: ' Hi{% if customer.first_name %} {{ customer.first_name }}{% endif %} ' }),
    ).toEqual({
      whatsapp: 'Hi Ines',
    });
  });

  it('that are approved come with their values in order', async () => {
    expect(
      await whatsapp('Hi {{ customer.first_name }}, order {{order.number}} costs {{ order.total | money }}.'),
    ).toEqual({
      whatsapp: 'Hi Ines, order 1042 costs €59.90.',
      approved: { sid: SID, fixed: ['Hi ', ', order ', ' costs ', '.'], values: ['Ines', '1042', '€59.90'] },
    });
    expect((await whatsapp('Thank you.')).approved).toEqual({ sid: SID, fixed: ['Thank you.'], values: [] });
    expect((await whatsapp('{{ locale }}{{ locale }}')).approved?.fixed).toEqual(['', '', '']);
  });

  it('stay what they are: a value is one line, and no Liquid', async () => {
    const customer = { first_name: ' Bobby\r\n\tTables\u2028{{ 7 | times: 6 }}\u0000 ' };
    expect((await whatsapp('Hi {{ customer.first_name }}!', { customer })).approved?.values).toEqual([
      'Bobby Tables {{ 7 | times: 6 }}',
    ]);
  });

  it('have no empty place', async () => {
    const customer = { first_name: ' \n ' };
    await expect(whatsapp('Hi {{ customer.first_name }}!', { customer })).rejects.toThrow(
      'The whatsapp of the template could not be rendered: {{ customer.first_name }} prints nothing',
    );
    const { whatsapp: text } = await whatsapp('Hi {{ customer.last_name | default: "there" }}!');
    expect(text).toBe('Hi there!');
  });

  it.each([
    '{% if a %}x{% endif %}',
    '{% for l in order.lines %}x{% endfor %}',
    '{% assign a = 1 %}x',
    '{% raw %}x{% endraw %}',
  ])('that are approved hold no tag: %s', async (words) => {
    expect(await problemsOf(`Hello\n${words}`)).toMatchObject([{ place: 'whatsapp', code: 'whatsapp.tag', line: 2 }]);
    expect(await problemsOf(words, '')).toEqual([]);
  });

  it('are there where a content template is', async () => {
    expect(await problemsOf(' ')).toMatchObject([{ place: 'template', code: 'template.empty' }]);
    const { problems } = await compileTemplate({ sms: 'Hi', whatsappContent: SID });
    expect(problems).toMatchObject([{ place: 'whatsapp', code: 'template.empty' }]);
  });

  it('that cannot be read name the place', async () => {
    expect(await problemsOf('{{ a | nope }}')).toMatchObject([{ place: 'whatsapp', code: 'liquid.unknown-filter' }]);
    expect(await problemsOf('{{ a }}'.repeat(101))).toMatchObject([{ code: 'template.too-large' }]);
  });
});
