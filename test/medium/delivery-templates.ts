import { LiquidTemplateEngine } from '#app/templates';

const MAIL = '<p>Dear {{ customer.firstName }}, your order {{ order.name }} is due.</p>';
const TEMPLATES = {
  ask: {
    en: {
      subject: 'Hello {{ customer.firstName }}',
      mjml: MAIL,
      sms: 'Hi {{ customer.firstName }} {{ links.unsubscribe }}',
    },
    de: { subject: 'Hallo {{ customer.firstName }}', mjml: MAIL },
  },
  survey: {
    en: {
      subject: 'Rate us',
      mjml: '<p>{% for s in links.scores %}<a href="{{ s.url }}">{{ s.score }}</a> {% endfor %}</p>',
    },
  },
  shopping: {
    en: {
      subject: 'More',
      mjml: '<p><a href="https://shop.birch.example/new?a=1&amp;b={{ customer.firstName }}">New</a> <a href="https://care.example/">Care</a></p>',
      sms: 'New: https://shop.birch.example/new',
    },
  },
  'sms-only': { en: { sms: 'Hi' } },
  // makes a NUL
  odd: { en: { subject: 'Hi {{ customer.firstName | slice: 0 }}, {{ "%00" | url_decode }}1', mjml: '<p>Hi</p>' } },
};

/** The templates of every journey of the delivery tests, by name and language. */
export async function compiledTemplates(): Promise<object> {
  const templates: Record<string, Record<string, object>> = {};
  const engine = new LiquidTemplateEngine();
  for (const [name, byLocale] of Object.entries(TEMPLATES)) {
    templates[name] = {};
    for (const [locale, source] of Object.entries(byLocale)) {
      const { compiled, faults } = await engine.compile(source);
      if (faults.length > 0) throw new Error(JSON.stringify(faults));
      templates[name][locale] = compiled;
    }
  }
  return templates;
}
