import { namedSnippets, snippetNames } from './snippet-names.js';

describe('the names of snippets', () => {
  it.each([
    ['nothing', 'Hello {{ customer.firstName }}', []],
    ['fields', '{{ line.snippets.care }}{% if order.lines[0].snippets.how-to %}', ['care', 'how-to']],
    ['quoted ones', `{{ line.snippets["care"] }}{{ line.snippets[ 'size' ] }}`, ['care', 'size']],
    ['any, where they are put together', '{{ line.snippets.care }}{{ line.snippets[settings.which] }}', null],
    ['any, where they have another name', '{% assign all = line.snippets %}{{ all.care }}', null],
    ['any, of a list', '{{ order.lines | map: "snippets" | map: "care" }}', null],
    ['no other word', '{{ line.snippetsCare }}{{ mysnippets.care }}', []],
  ])('are %s', (_what, text, names) => {
    expect(snippetNames(['Hello', text])).toEqual(names === null ? null : new Set(names));
  });

  it('are told with their line, where they are code', () => {
    const text = [
      'Our snippets.nice {{ line.snippets.care }}',
      '{% comment %}{{ line.snippets.old }}{% endcomment %}',
      '{% raw %}{% comment %}{{ line.snippets.shown }}{% endraw %}',
      '{%- if line.snippets.video -%} snippets.plain {% endif %}',
    ].join('\n');
    expect(namedSnippets(text)).toEqual([
      { name: 'care', line: 1, hasStandIn: false },
      { name: 'video', line: 4, hasStandIn: false },
    ]);
  });

  it.each([
    ['{{ line.snippets.care | default: "As usual" }}', true],
    ['{% assign words = line.snippets.care|default: guide.text.en %}', true],
    ['{{ line.snippets.care | default: "" }}', false],
    [`{{ line.snippets.care | default: '' }}`, false],
    ['{{ line.snippets.care | upcase }}', false],
  ])('have words in their place in %j: %s', (text, hasStandIn) => {
    expect(namedSnippets(text)).toMatchObject([{ name: 'care', hasStandIn }]);
  });

  it.each(['snippets.', '{{ snippets', '{% comment', '{%', 'snippets[ "', '{{ snippets.a }}\n'])(
    'are read before the test runs out of time in a text full of %j',
    (part) => {
      const text = part.repeat(200_000);
      expect([namedSnippets(text), snippetNames([text])]).toHaveLength(2);
    },
  );
});
