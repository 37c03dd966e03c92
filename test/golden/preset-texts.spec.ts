import { eventOfTrigger } from '#app/domain';
import {
  type CompiledTemplate,
  compileTemplate,
  findVariables,
  type RenderedMessage,
  renderTemplate,
} from '#app/templates';
import { presetDocument, presetKeys } from './play.js';
import { presetSamples } from './preset-samples.js';

/** Inboxes on a desktop show about this much; a phone shows half of it. */
const MAX_SUBJECT_CHARS = 78;
const MAX_PREHEADER_CHARS = 90;
/** Three concatenated parts of UCS-2 (67 each), which French needs for its typographic apostrophe; links come on top. */
const MAX_SMS_CHARS = 201;
/** Printed without a fallback: always there, or asked for by an `if` around them. */
const ALWAYS_KNOWN =
  /^(shop\.name|links\.(survey|unsubscribe)|order\.(statusUrl|promisedDate|placedAt)|customer\.orderCount|order\.(lines|parcels)\b.*|settings\..*)$/;
/** What a reader would stumble over: unrendered marks, missing values, and the holes that an unknown name leaves. */
const GAPS =
  /\{\{|\{%|undefined|null|NaN|\[object|Hello\s+,|Bonjour\s+,|[^\s]  +[^\s]|\s,|,\s*,|\(\s*\)|“\s*”|«\s*»|,\s*[!:?](?!\/)|\.\s*\.|#\s/;

/** In French these stand off from their word by a space at which no line may break. */
const BREAKABLE = / [:;!?»](?=[\s<]|$)|« /;

const samples = presetSamples();
const cases = presetKeys().flatMap((key) =>
  Object.entries(presetDocument(key).templates).flatMap(([name, locales]) =>
    Object.entries(locales).map(([locale, source]) => ({ key, name, locale, source })),
  ),
);
type Case = (typeof cases)[number];

/** MJML is the slow part: each template is compiled once. */
const compilations = new Map<Case, ReturnType<typeof compileTemplate>>();

async function compiledOf(one: Case): Promise<CompiledTemplate> {
  const compilation = compilations.get(one) ?? compileTemplate(one.source);
  compilations.set(one, compilation);
  const { compiled, problems } = await compilation;
  expect(problems).toEqual([]);
  return compiled;
}

async function rendered(one: Case, sample: (typeof samples)[number]): Promise<RenderedMessage> {
  const { key, locale } = one;
  const document = presetDocument(key, sample.presets[key]?.settings ?? {});
  const scores = Array.from({ length: 11 }, (_, score) => ({ score, url: `https://shop.example/s/${score}` }));
  return renderTemplate(await compiledOf(one), {
    ...sample.facts,
    event: sample.presets[key]?.event ?? { type: eventOfTrigger(document.trigger), data: {} },
    settings: document.settings,
    shop: { id: 'shop', name: 'Birch & Bowl', timeZone: 'Europe/Paris', currency: 'EUR', locale: 'en' },
    locale,
    now: '2026-05-10T08:00:00Z',
    links: {
      survey: 'https://shop.example/s',
      scores,
      ...(document.class === 'service' ? {} : { unsubscribe: 'https://shop.example/u' }),
    },
  });
}

const withoutLinks = (text: string): string => text.replaceAll(/\s*https?:\/\/\S+/g, '');

describe.each(cases)('the text $name of $key in $locale', (one) => {
  it('has a fallback for whatever may be unknown', () => {
    expect(findVariables(one.source).filter((name) => !ALWAYS_KNOWN.test(name))).toEqual([]);
  });

  it.each(samples)('has no gaps for $title', async (sample) => {
    const { subject = '', text = '', sms = '', html = '' } = await rendered(one, sample);
    for (const part of [subject, text, sms]) expect(withoutLinks(part).match(GAPS)?.[0]).toBeUndefined();
    expect(html).not.toMatch(/\{\{|\{%|href=""/);
    expect(one.source.mjml === undefined ? sms : text).toContain('Birch & Bowl');
  });

  it.each(samples)('keeps French punctuation on the line of its word for $title', async (sample) => {
    if (one.locale !== 'fr') return;
    const { html = '' } = await rendered(one, sample);
    const lines = (/<body[^]*/.exec(html)?.[0] ?? '').replaceAll(/<!--[^]*?-->|<[^>]*>/g, '');
    expect(lines.match(BREAKABLE)?.[0]).toBeUndefined();
  });

  it.each(samples)('is short enough for $title', async (sample) => {
    const { subject = '', sms = '' } = await rendered(one, sample);
    expect({ subject, isLong: subject.length > MAX_SUBJECT_CHARS }).toEqual({ subject, isLong: false });
    expect({ sms, isLong: withoutLinks(sms).length > MAX_SMS_CHARS }).toEqual({ sms, isLong: false });
    expect((one.source.preheader ?? '').length).toBeLessThanOrEqual(MAX_PREHEADER_CHARS);
  });

  it('leaves the unsubscribe line of a mail to the system, which puts it under all but service', async () => {
    const [sample] = samples;
    if (!sample || one.source.mjml === undefined) return;
    expect(one.source.mjml).not.toContain('links.unsubscribe');
    const { html = '' } = await rendered(one, sample);
    expect(html.includes('https://shop.example/u')).toBe(presetDocument(one.key).class !== 'service');
  });
});

describe('samples for preview', () => {
  it('name presets and settings that there are', () => {
    for (const { presets } of samples) {
      for (const [key, { settings = {} }] of Object.entries(presets)) {
        expect(Object.keys(presetDocument(key).settings)).toEqual(expect.arrayContaining(Object.keys(settings)));
      }
    }
  });
});
