import { contrastOf } from './contrast.js';
import { compileTemplate } from './compile.js';
import { renderTemplate } from './render.js';
import type { TemplateProblem } from './template.js';
import { aContext, renderMail, renderSource } from './testing.js';

async function problemsOf(mjml: string): Promise<TemplateProblem[]> {
  return (await compileTemplate({ subject: 'x', mjml })).problems;
}

const ORDER_MAIL = `<mj-text><h1>Thank you, {{ customer.first_name | default: 'friend' }}!</h1>
<p>Order {{ order.number }} of {{ order.placed_at | date_long }} is on its way.</p></mj-text>
<mj-table>
  <tr><th>Item</th><th>Price</th></tr>
  {% for line in order.lines %}
  <tr><td>{{ line.quantity }} × {{ line.title }}</td><td>{{ line.price | money }}</td></tr>
  {% endfor %}
</mj-table>
{% if links.survey %}
<mj-button href="{{ links.survey }}">How did we do?</mj-button>
{% endif %}
<mj-text>Total: <b>{{ order.total | money }}</b> &amp; thanks</mj-text>`;

describe('the letterhead of a shop', () => {
  const htmlOf = async (shop: object): Promise<string> => {
    const mjml = '<mj-text>Hi</mj-text><mj-button href="https://shop.example">Go</mj-button>';
    return (await renderSource({ subject: 'Hi', mjml }, aContext({ shop: { name: 'Birch', ...shop } }))).html ?? '';
  };

  it('gives a mail its colour, with words that can be read on it, its logo and its address', async () => {
    const html = await htmlOf({ color: '#ffe100', logoUrl: 'https://shop.example/logo.png', address: '4 Mill Lane' });
    expect(html).toMatch(/background:#ffe100;color:#18181b/);
    // a link on white
    const link = /a \{ color: (#[0-9a-f]{6}); \}/.exec(html)?.[1] ?? '#ffffff';
    expect(contrastOf(link, '#ffffff')).toBeGreaterThanOrEqual(4.5);
    expect(html).toContain('src="https://shop.example/logo.png"');
    expect(html).toContain('4 Mill Lane<br />');
  });

  it('may be missing: then the name stands above, and buttons are blue', async () => {
    const html = await htmlOf({ color: null, logoUrl: null, address: null });
    expect(html).toMatch(/background:#1f5eff;color:#ffffff/);
    expect(html).not.toContain('<img');
    expect(html).toContain('>Birch</div>');
  });
});

describe('a dark screen', () => {
  it('gets colours of its own, unless the author chose some for a light one', async () => {
    const isDark = async (mjml: string): Promise<boolean> =>
      (await renderMail(mjml)).html.includes('(prefers-color-scheme: dark)');
    expect(await isDark('<mj-text>x</mj-text>')).toBe(true);
    expect(await isDark('<mj-text color="#111111">x</mj-text>')).toBe(false);
    expect(await isDark('<mj-text><b style="color: #111">x</b></mj-text>')).toBe(false);
    expect(
      await isDark(
        '<mjml><mj-body><mj-section><mj-column><mj-text>x</mj-text></mj-column></mj-section></mj-body></mjml>',
      ),
    ).toBe(false);
  });
});

describe('fragments', () => {
  it('get the default layout around them, with loops and conditions kept', async () => {
    const { subject, html, text } = await renderSource(
      { subject: 'Order {{ order.number }}', preheader: 'Hi {{ customer.first_name }}', mjml: ORDER_MAIL },
      aContext(),
      { brand: { color: '#0a7d4f', logoUrl: 'https://shop.example/logo.png' }, labels: { unsubscribe: 'Abmelden' } },
    );
    expect(subject).toBe('Order 1042');
    expect(html).toContain('<html lang="en-GB"');
    expect(html).toContain('<title>Order 1042</title>');
    expect(html).toContain('Hi Ines</div>');
    expect(html).toContain('name="color-scheme"');
    expect(html).toContain('[style*="background-color:#ffffff"] { background: #1c1c20 !important;');
    expect(html).toContain('background:#0a7d4f');
    expect(html).toContain('src="https://shop.example/logo.png"');
    expect(html).toContain('2 × Beeswax &#34;Gold&#34;');
    expect(html).toContain(
      'href="https://shop.example/u/abc?x=1&amp;y=2" style="display:inline-block;padding:11px 8px;color:#52525b">Abmelden</a>',
    );
    expect(html).not.toMatch(/[\uE000\uE001]|\{%|\{\{/);
    expect(text).toBe(
      [
        'Thank you, Ines!\n',
        'Order 1042 of 2 May 2026 is on its way.\n',
        'Item Price',
        '1 × Oak bowl €39.90',
        '2 × Beeswax "Gold" €10.00\n',
        'How did we do? [https://shop.example/s/1]\n',
        'Total: €59.90 & thanks\n',
        '4 Mill Lane',
        'Abmelden [https://shop.example/u/abc?x=1&y=2]',
      ].join('\n'),
    );
  });

  it.each([
    ['plain HTML', '<p>Hi {{ customer.first_name }}</p>'],
    ['text', 'Hi {{ customer.first_name }}'],
    ['a component', '<mj-text>Hi {{ customer.first_name }}</mj-text>'],
    ['a column', '<mj-column><mj-text>Hi {{ customer.first_name }}</mj-text></mj-column>'],
    ['a section', '<mj-section><mj-column><mj-text>Hi {{ customer.first_name }}</mj-text></mj-column></mj-section>'],
    [
      'a section under a condition',
      '{% if true %}<mj-section><mj-column><mj-text>Hi {{ customer.first_name }}</mj-text></mj-column></mj-section>{% endif %}',
    ],
  ])('may be %s', async (_name, mjml) => {
    const { html, text } = await renderMail(mjml);
    expect(html).toContain('Hi Ines');
    expect(text).toMatch(/^Hi Ines\s+4 Mill Lane/);
  });

  it('keep Liquid whole that MJML would read as markup', async () => {
    const mjml =
      '<mj-text>{% if n <b %}{{ "<i>" }}{% endif %}{{ t | default: "a > b" }}{{ "&amp;" }}</mj-text><mj-image src="https://x.example/{{ f | default: "a.png" }}" alt="" />';
    const { html, text } = await renderMail(mjml, aContext({ n: 1, b: 2 }));
    expect(html).toContain('&lt;i&gt;a &gt; b&amp;amp;');
    expect(html).toContain('src="https://x.example/a.png"');
    expect(text).toContain('<i>a > b&amp;');
  });

  it('take a colour from the data', async () => {
    const { html } = await renderMail('<mj-text color="{{ c }}">x</mj-text>', aContext({ c: '#123456' }));
    expect(html).toContain('color:#123456');
  });

  it('load nothing from the network', async () => {
    const { html } = await renderMail('<mj-text font-family="Roboto">x</mj-text>', aContext({ links: {} }));
    const urls = html.match(/https?:\/\/[^"')\s]+/g) ?? [];
    expect(urls.filter((url) => !url.startsWith('http://www.w3.org/'))).toEqual([]);
    expect(html).not.toMatch(/<link|@import/);
  });

  it('ignore a brand that is not a colour, a font stack or an https address', async () => {
    const brand = { color: 'red"><script>', fontFamily: 'x"; y', logoUrl: 'http://x"' };
    const { compiled } = await compileTemplate(
      { subject: 'x', mjml: '<mj-button href="https://x.example">x</mj-button>' },
      { brand },
    );
    expect(compiled.html).not.toMatch(/<script|x"; y|http:\/\/x"/);
    expect(compiled.html).toContain('#1f5eff');
  });

  it('escape the characters of a subject that stands in the title', async () => {
    const { subject, html } = await renderSource({ subject: 'A & "B" <{{ customer.first_name }}>', mjml: 'x' });
    expect(subject).toBe('A & "B" <Ines>');
    expect(html).toContain('<title>A &amp; &#34;B&#34; &lt;Ines&gt;</title>');
  });
});

describe('the footer', () => {
  it('has no unsubscribe line when the context has no link', async () => {
    const { html, text } = await renderMail('<mj-text>x</mj-text>', aContext({ links: {} }));
    expect(html).toContain('Birch &amp; Bowl');
    expect(html + text).not.toContain('Unsubscribe');
  });

  it.each([
    ['fr-CA', 'Se désabonner'],
    ['de', 'Abmelden'],
    ['fi', 'Unsubscribe'],
  ])('speaks the language of the mail: %s', async (locale, word) => {
    const { html, text } = await renderMail('<mj-text>x</mj-text>', aContext({ locale }));
    expect(html).toContain(`>${word}</a>`);
    expect(text).toContain(`${word} [https://shop.example/u/`);
  });

  it('leaves its unsubscribe line out where the author has one', async () => {
    const { html } = await renderMail('<mj-text><a href="{{ links.unsubscribe }}">Stop</a></mj-text>');
    expect(html.match(/shop\.example\/u\//g)).toHaveLength(1);
    expect(html).toContain('4 Mill Lane');
  });

  const full = (text: string): string =>
    `<mjml>\n<mj-body>\n<mj-section><mj-column><mj-text>${text}</mj-text></mj-column></mj-section>\n</mj-body>\n</mjml>`;

  it('is added to a full document without an unsubscribe link', async () => {
    const { html } = await renderSource({ subject: 'S', preheader: 'Pre', mjml: full('Hi') });
    expect(html).toMatch(/lang="en-GB"[\s\S]*<title>S<\/title>[\s\S]*>Pre<\/div>[\s\S]*Unsubscribe/);
  });

  it('is not added to a full document that has one', async () => {
    const { html } = await renderMail(full('<a href="{{ links.unsubscribe }}">Stop</a>'));
    expect(html).not.toContain('Mill Lane');
    expect(html).not.toContain('Unsubscribe');
  });

  it("leaves the author's own language, title and preview alone", async () => {
    const mjml =
      '<mjml lang="fr"><mj-head><mj-title>Mine</mj-title><mj-preview>Look</mj-preview></mj-head><mj-body></mj-body></mjml>';
    const { html } = await renderSource({ subject: 'S', preheader: 'P', mjml });
    expect(html).toMatch(/<html lang="fr"[\s\S]*<title>Mine<\/title>[\s\S]*>Look</);
    expect(html).not.toContain('>P<');
  });
});

describe('problems', () => {
  it.each([
    ['subject', { subject: '\n{{ a', mjml: 'x' }, 'liquid.syntax', 2],
    ['preheader', { subject: 's', preheader: '{% if a %}', mjml: 'x' }, 'liquid.syntax', 1],
    ['mjml', { subject: 's', mjml: 'a\nb\n{{ a | shout }}' }, 'liquid.unknown-filter', 3],
    ['mjml', { subject: 's', mjml: 'a\n{% endif %}' }, 'liquid.syntax', 2],
    ['sms', { sms: "{% include 'a' %}" }, 'liquid.forbidden-tag', 1],
    ['sms', { sms: "{% render '../../etc/passwd' %}" }, 'liquid.forbidden-tag', 1],
    ['sms', { sms: "{% layout 'a' %}" }, 'liquid.forbidden-tag', 1],
    ['sms', { sms: '{% echo a %}' }, 'liquid.forbidden-tag', 1],
    ['sms', { sms: 'x'.repeat(65_537) }, 'template.too-large', undefined],
    ['sms', { sms: ' ' }, 'template.empty', undefined],
    ['subject', { mjml: 'x' }, 'template.empty', undefined],
    ['template', {}, 'template.empty', undefined],
  ])('in %s: %j is %s', async (place, source, code, line) => {
    const { problems, compiled } = await compileTemplate(source);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ code, ...(line && { line }) });
    expect([place, 'template']).toContain(problems[0]?.place);
    expect(compiled.html).toBeUndefined();
  });

  it.each([
    ['<mj-text>\n<b>x</b></mj-text>\n<mj-foo />', 'mjml.invalid', 3],
    ['<mj-text\n colour="x">x</mj-text>', 'mjml.invalid', 1],
    ['\n<mj-text padding="{{ p }}">x</mj-text>', 'mjml.invalid', 2],
    ['<mj-column><mj-section></mj-section></mj-column>', 'mjml.invalid', 1],
    ['<mj-text>x\n', 'mjml.unbalanced', 1],
    ['<mj-section>\n<mj-column>\n</mj-section>', 'mjml.unbalanced', 3],
    ['</mj-body><mj-text>x</mj-text>', 'mjml.unbalanced', 1],
    ['<mj-section>\nHello <mj-column></mj-column></mj-section>', 'mjml.stray-text', 2],
    ['<mj-section><mj-column>\n{{ a }}</mj-column></mj-section>', 'mjml.stray-text', 2],
    [
      '<mjml><mj-head>{% if a %}<mj-title>x</mj-title>{% endif %}</mj-head><mj-body /></mjml>',
      'liquid.misplaced-tag',
      1,
    ],
    ['<mj-include path="/etc/passwd" />', 'mjml.forbidden-element', 1],
    ['<mj-text>\n<script>x</script></mj-text>', 'mjml.forbidden-element', 2],
    ['<mj-text><p onclick="x">x</p></mj-text>', 'mjml.forbidden-element', 1],
    ['<mj-text><a href={{ links.survey }}>x</a></mj-text>', 'liquid.unquoted-attribute', undefined],
  ])('of MJML: %j is %s', async (mjml, code, line) => {
    const [problem] = await problemsOf(mjml);
    expect(problem).toMatchObject({ place: 'mjml', code, ...(line && { line }) });
    expect(problem?.message).not.toMatch(/[\uE000\uE001]/);
  });

  it('are found in time in hostile sources', async () => {
    const started = performance.now();
    for (const piece of ['<mj-text "', '<a', '<!--', "<a '", '{{', '{%', '<mj-text>', '<a b=']) {
      await problemsOf(`<mj-text>x</mj-text>${piece.repeat(Math.floor(60_000 / piece.length))}`);
    }
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

it('prints the size and the speed of a typical mail', async () => {
  const { compiled } = await compileTemplate({ subject: 'Order {{ order.number }}', mjml: ORDER_MAIL });
  const runs = 2000;
  for (let run = 0; run < 500; run += 1) renderTemplate(compiled, aContext());
  const stored = JSON.stringify(compiled);
  const context = aContext();
  const started = process.cpuUsage();
  // parsed anew as if read from the database
  for (let run = 0; run < runs; run += 1) renderTemplate(run % 100 === 0 ? JSON.parse(stored) : compiled, context);
  const { user, system } = process.cpuUsage(started);
  const sizes = `html ${compiled.html?.length}, text ${compiled.text?.length} characters`;
  process.stdout.write(`typical mail: ${sizes}; ${((user + system) / 1000 / runs).toFixed(3)} ms of CPU a message\n`);
  expect(compiled.html?.length).toBeLessThan(102_000);
});
