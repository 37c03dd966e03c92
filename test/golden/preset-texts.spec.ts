import { findVariables } from '#app/templates';
import { presetDocument } from './play.js';
import { presetTexts, rendered, samples } from './rendered-presets.js';

/** Inboxes on a desktop show about this much; a phone shows half of it. */
const MAX_SUBJECT_CHARS = 78;
const MAX_PREHEADER_CHARS = 90;
/** Three concatenated parts of UCS-2 (67 each), which French needs for its typographic apostrophe; links come on top. */
const MAX_SMS_CHARS = 201;
/** Printed without a fallback: always there, or asked for by an `if` around them. */
const ALWAYS_KNOWN =
  /^(shop\.name|links\.(survey|unsubscribe|confirm)|order\.(statusUrl|promisedDate|placedAt)|customer\.orderCount|order\.(lines|parcels)\b.*|settings\..*)$/;
/** What a reader would stumble over: unrendered marks, missing values, and the holes that an unknown name leaves. */
const GAPS =
  /\{\{|\{%|undefined|null|NaN|\[object|Hello\s+,|Bonjour\s+,|[^\s]  +[^\s]|\s,|,\s*,|\(\s*\)|“\s*”|«\s*»|,\s*[!:?](?!\/)|\.\s*\.|#\s/;

/** In French these stand off from their word by a space at which no line may break. */
const BREAKABLE = / [:;!?»](?=[\s<]|$)|« /;

const withoutLinks = (text: string): string => text.replaceAll(/\s*https?:\/\/\S+/g, '');

describe.each(presetTexts)('the text $name of $key in $locale', (one) => {
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
