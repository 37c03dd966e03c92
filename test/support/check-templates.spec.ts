import { checkDocument } from '#app/application';
import type { JourneyDocument, MessageClass, TemplateDocument } from '#app/domain';
import { LiquidTemplateEngine } from '#app/templates';

const engine = new LiquidTemplateEngine();

const MAIL = { subject: 'Hello', mjml: '<mj-text>Hello</mj-text>' };

async function found(template: TemplateDocument, messageClass: MessageClass = 'service'): Promise<string[]> {
  const document = {
    key: 'care',
    title: 'Care',
    class: messageClass,
    holdOut: 'none',
    trigger: { event: 'order.placed' },
    entry: { key: 'order.id', reentry: 'never' },
    exitOn: [],
    settings: {},
    steps: [{ id: 'say', kind: 'send', settings: { template: 'hello', channels: ['email', 'sms'], usefulFor: 'P1D' } }],
    templates: { hello: { en: { ...MAIL, sms: 'Hello', ...template } } },
  } as unknown as JourneyDocument;
  const findings = await checkDocument(document, [], engine);
  return findings
    .filter(({ code }) => /^(mail|link|image|sms|subject)\./.test(code))
    .map(({ code, severity }) => `${severity} ${code}`);
}

describe('the checker on templates', () => {
  it('finds nothing in what is short and plain', async () => {
    expect(await found({ sms: "It's here, {{ customer.firstName }}: àéù €" })).toEqual([]);
    expect(await found({}, 'marketing')).toEqual([]);
  });

  it.each([
    [{ sms: 'It’s here' }, 'warning sms.alphabet'],
    [{ sms: 'It’s “here”… – now' }, 'warning sms.alphabet'],
    [{ sms: 'x'.repeat(460) }, 'warning sms.too-long'],
    [{ sms: `ж${'x'.repeat(210)}` }, 'warning sms.too-long'],
    [{ subject: 'x'.repeat(79) }, 'warning subject.too-long'],
    [
      { subject: `{% if false %}${'x'.repeat(79)}{% endif %}{% for i in (1..79) %}x{% endfor %}` },
      'warning subject.too-long',
    ],
    [{ mjml: '<mj-text>Some words of a letter</mj-text>'.repeat(400) }, 'warning mail.too-large'],
  ])('of text number %# says what is wrong', async (template, flaw) => {
    expect(await found(template)).toEqual([flaw]);
  });

  it('lets a text message be what its language needs', async () => {
    expect(await found({ sms: 'C’est prêt, ça arrive' })).toEqual([]);
    expect(await found({ sms: 'x'.repeat(459) })).toEqual([]);
  });

  it('refuses a mail that names the unsubscribe link and shows it to nobody', async () => {
    const hidden = '<mj-text>Hello {% if customer.tags contains "x" %}{{ links.unsubscribe }}{% endif %}</mj-text>';
    expect(await found({ mjml: hidden }, 'marketing')).toEqual(['error mail.no-unsubscribe']);
    expect(await found({ mjml: hidden })).toEqual([]);
    const shown = '<mj-text>Hello <a href="{{ links.unsubscribe }}">No more</a></mj-text>';
    expect(await found({ mjml: shown }, 'marketing')).toEqual([]);
  });
});
