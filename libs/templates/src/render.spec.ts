import { compileTemplate } from './compile.js';
import { renderTemplate } from './render.js';
import { TemplateRenderError } from './template.js';
import { aContext, renderMail, renderSms, renderSource } from './testing.js';

const EVIL = '<script>alert("x")</script>';

function outcomeOf(render: () => unknown): unknown {
  try {
    render();
    return 'rendered';
  } catch (error) {
    return error;
  }
}

describe('renderTemplate', () => {
  it('escapes every output of the HTML part and none of the text part', async () => {
    const { html, text } = await renderMail(
      '<mj-text>Hi {{ customer.first_name }}</mj-text>',
      aContext({ customer: { first_name: EVIL } }),
    );
    expect(html).toContain('Hi &lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;');
    expect(html).not.toContain('<script');
    expect(text).toContain(`Hi ${EVIL}`);
  });

  it('escapes inside attributes', async () => {
    const { html } = await renderMail(
      '<mj-image src="https://shop.example/a.png" alt="{{ customer.first_name }}" />',
      aContext({ customer: { first_name: '" onload="x' } }),
    );
    expect(html).toContain('alt="&#34; onload=&#34;x"');
  });

  it('escapes once: captures, escape and escape_once do not add a second layer', async () => {
    const mjml =
      '<mj-text>{% capture hi %}<b>Hi {{ shop.name }}</b>{% endcapture %}[{{ hi }}][{{ shop.name | escape }}][{{ "a &amp; b" | escape_once }}][{{ hi | upcase }}]</mj-text>';
    const { html, text } = await renderMail(mjml);
    expect(html).toContain(
      '[<b>Hi Birch &amp; Bowl</b>][Birch &amp; Bowl][a &amp; b][&lt;B&gt;HI BIRCH &amp;AMP; BOWL&lt;/B&gt;]',
    );
    expect(text).toContain('[Birch & Bowl]');
  });

  it('turns line breaks of the data into <br> after escaping them', async () => {
    const { html, text } = await renderMail(
      '<mj-text>{{ note | newline_to_br }}</mj-text>',
      aContext({ note: '<i>\nb' }),
    );
    expect(html).toContain('&lt;i&gt;<br>\nb');
    expect(text).toContain('<i>\nb');
  });

  it('keeps a dangerous scheme out of links', async () => {
    const mjml =
      '<mj-button href="{{ bad }}">A</mj-button><mj-text><a href="{% if x %}{{ good }}{% else %}{{ bad }}{% endif %}">B</a><a href="https://shop.example/{{ path }}">C</a><a href="{{ bad | default: good }}">D</a></mj-text>';
    const context = aContext({ bad: 'javascript:alert(1)', good: 'https://shop.example/ok', path: 'p?q=1', x: true });
    const { html, text } = await renderMail(mjml, context);
    expect(html).not.toContain('javascript:');
    expect(html).toContain('href="https://shop.example/ok"');
    expect(html).toContain('href="https://shop.example/p?q=1"');
    expect(text).not.toContain('javascript:');
  });

  it.each([
    ['{{ bad | escape }}', ''],
    ['{{- good | escape -}}', 'https://shop.example/?a=1&amp;b=2'],
    ['{% if no %}https://x.example/{{ path }}{% else %}{{ bad }}{% endif %}', ''],
    ['https://x.example/{% if no %}{{ good }}{% else %}{{ path }}{% endif %}', 'https://x.example/p'],
    [' {{ empty }}{{ path }}', ' p'],
    ['mailto:{{ mail }}', 'mailto:care@shop.example'],
  ])('guards the link %s', async (href, shown) => {
    const context = aContext({
      bad: 'javascript:alert(1)',
      good: 'https://shop.example/?a=1&b=2',
      path: 'p',
      mail: 'care@shop.example',
    });
    const { html } = await renderMail(`<mj-text><a href="${href}">A</a></mj-text>`, context);
    expect(html).toContain(`<a href="${shown}">A</a>`);
  });

  it('makes one clean line of the subject', async () => {
    const name = 'Ines\r\nBcc: all@shop.example\u0000\u2028x';
    const { subject } = await renderSource(
      { subject: ' Thanks {{ customer.first_name }} & co ', mjml: '<mj-text>x</mj-text>' },
      aContext({ customer: { first_name: name } }),
    );
    expect(subject).toBe('Thanks Ines Bcc: all@shop.example x & co');
  });

  it('cuts a subject at 250 characters without splitting an emoji', async () => {
    const { subject } = await renderSource(
      { subject: '{{ s }}', mjml: '<mj-text>x</mj-text>' },
      aContext({ s: `${'a'.repeat(248)}😀😀` }),
    );
    expect(subject).toBe(`${'a'.repeat(248)}…`);
  });

  it('keeps line breaks of an SMS and drops other control characters', async () => {
    expect(await renderSms('  Hi {{ a }}\r\nBye & <ok>\n', aContext({ a: 'x\u0007\u0000y' }))).toBe(
      'Hi xy\nBye & <ok>',
    );
  });

  it('reads own properties of the data and nothing else', async () => {
    const probe =
      "[{{ ''.constructor }}{{ customer.constructor }}{{ customer.__proto__ }}{{ order.lines.constructor.name }}{{ customer.toString }}{{ order.lines.map }}{{ __proto__ }}{{ customer['constructor'] }}]";
    expect(await renderSms(probe)).toBe('[]');
    expect(await renderSms('{{ order.lines.size }}{{ order.lines.first.title }}')).toBe('2Oak bowl');
  });

  it('calls no function and keeps no getter of the context', async () => {
    let calls = 0;
    const context = { f: () => (calls += 1), customer: { name: 'A' } };
    expect(await renderSms('[{{ f }}{{ customer.name }}]', context)).toBe('[A]');
    expect(calls).toBe(0);
  });

  it('prints nothing for an object', async () => {
    expect(await renderSms('[{{ customer }}]')).toBe('[]');
  });

  it('leaves the context as it was and shares nothing between fields', async () => {
    const context = aContext();
    const before = JSON.stringify(context);
    const { text } = await renderSource(
      {
        subject: '{% assign a = "leak" %}{{ a }}',
        mjml: '<mj-text>[{{ a }}{{ order.lines | push: 1 | size }}]</mj-text>',
      },
      context,
    );
    expect(text).toContain('[3]');
    expect(JSON.stringify(context)).toBe(before);
  });

  it('throws TemplateRenderError with the place and the cause', async () => {
    const { compiled } = await compileTemplate({ sms: '{{ a | money: "EUR" }}' });
    const render = (): unknown => renderTemplate(compiled, { a: 1.5 });
    expect(render).toThrow(TemplateRenderError);
    expect(render).toThrow(/^The sms of the template could not be rendered: .*1\.5 is not a whole number/);
    expect(render).toThrow(
      expect.objectContaining({ code: 'template.render', place: 'sms', cause: expect.anything() }),
    );
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(() => renderTemplate(compiled, loop)).toThrow(TemplateRenderError);
  });
});

describe('limits', () => {
  const probes: [string, string][] = [
    [
      'nested ranges',
      '{% for a in (1..9999) %}{% for b in (1..9999) %}{% for c in (1..9999) %}x{% endfor %}{% endfor %}{% endfor %}',
    ],
    ['empty nested loops', '{% for a in (1..99999) %}{% for b in (1..99999) %}{% endfor %}{% endfor %}'],
    ['a huge range', '{% for a in (1..999999999) %}{% endfor %}'],
    [
      'append doubling',
      "{% assign s = 'xxxxxxxxxx' %}{% for a in (1..60) %}{% assign s = s | append: s %}{% endfor %}{{ s }}",
    ],
    [
      'capture doubling',
      '{% assign s = "xx" %}{% for a in (1..60) %}{% capture s %}{{ s }}{{ s }}{% endcapture %}{% endfor %}{{ s }}',
    ],
    ['endless text', `{% for a in (1..99999) %}${'text '.repeat(2000)}{% endfor %}`],
    [
      'split bomb',
      "{% assign s = '1,2,3,4,5,6,7,8' %}{% for a in (1..40) %}{% assign s = s | append: s %}{% assign t = s | split: ',' %}{% endfor %}",
    ],
    [
      'concat bomb',
      "{% assign l = '1,2,3' | split: ',' %}{% for a in (1..40) %}{% assign l = l | concat: l %}{% endfor %}",
    ],
    [
      'replace bomb',
      "{% assign s = 'aaaaaaaaaaaaaaaaaaaa' %}{% for a in (1..20) %}{% assign s = s | replace: 'a', 'aaaaaaaaaa' %}{% endfor %}",
    ],
  ];
  it.each(probes)('ends %s with an error', async (_name, sms) => {
    const { compiled, problems } = await compileTemplate({ sms });
    expect(problems).toEqual([]);
    const started = performance.now();
    expect(() => renderTemplate(compiled, {})).toThrow(TemplateRenderError);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  const harmless: [string, string][] = [
    ['wide padding of dates', "{{ '2026-01-01' | date: '%999999999d' }}"],
    ['an unclosed tag for strip_html', `{{ s | strip_html | size }}`],
    ['1e308', '{{ 1e308 | times: 1e308 }}{{ 10 | divided_by: 0 }}'],
    ['deep nesting', `${'{% if true %}'.repeat(500)}x${'{% endif %}'.repeat(500)}`],
  ];
  it.each(harmless)('survives %s', async (_name, sms) => {
    const { compiled } = await compileTemplate({ sms });
    const started = performance.now();
    const outcome = outcomeOf(() => renderTemplate(compiled, { s: '<'.repeat(20_000) }));
    expect(outcome === 'rendered' || outcome instanceof TemplateRenderError).toBe(true);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
