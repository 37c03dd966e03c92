import type { Letter, OutboxItem, PreferencesPage } from '#app/application';
import { MEDIA, OPTIONAL_CLASSES, toInstant, toIso } from '#app/domain';
import { letterPage, outboxPage } from '../../apps/api/src/pages/outbox-page.js';
import { preferencesPage } from '../../apps/api/src/pages/preferences-page.js';
import { surveyPage } from '../../apps/api/src/pages/survey-page.js';
import { unsubscribePage } from '../../apps/api/src/pages/unsubscribe-page.js';
import { planOf, presetDocument } from '../golden/play.js';
import { type PresetText, presetTexts, rendered, samples } from '../golden/rendered-presets.js';

export const WIDTHS = [375, 1280] as const;
export const SCHEMES = ['light', 'dark'] as const;

/** What is shot: a mail or a page at one width in one scheme of colours. */
export interface Shot {
  readonly name: string;
  readonly title: string;
  readonly width: (typeof WIDTHS)[number];
  readonly scheme: (typeof SCHEMES)[number];
  readonly html: string;
}

type Look = Pick<Shot, 'width' | 'scheme'>;

const PHONE: Look = { width: 375, scheme: 'light' };
const PHONE_DARK: Look = { width: 375, scheme: 'dark' };
const SCREEN: Look = { width: 1280, scheme: 'light' };
const SCREEN_DARK: Look = { width: 1280, scheme: 'dark' };
const SHOP = 'Birch & Bowl';
const LETTERHEAD = { color: '#0a7d4f', logoUrl: null, address: '4 Mill Lane, Birchville' };

/** Those of the documentation: journey and template, in English, to somebody of whom all is known. */
const MAILS: readonly (readonly [key: string, template: string, look: Look])[] = [
  ['order-thank-you', 'thank-you', PHONE],
  ['shipping-updates', 'on-its-way', PHONE_DARK],
  ['delay-apology', 'late', SCREEN],
  ['how-to-use', 'guide', PHONE],
  ['delivery-csat', 'ask', PHONE_DARK],
  ['relationship-nps', 'ask', PHONE],
  ['review-request', 'ask', SCREEN_DARK],
  ['win-back', 'offer', PHONE],
];

/** The pictures that docs/presets.md shows. */
export async function chosenShots(): Promise<Shot[]> {
  const mails = MAILS.map(async ([key, name, look]): Promise<Shot> => {
    const text = presetTexts.find((one) => one.key === key && one.name === name && one.locale === 'en');
    if (!text)
      throw new Error(`${key} has no template "${name}" in English. Correct MAILS in test/screenshots/shots.ts.`);
    return mailShot(text, look);
  });
  return [...(await Promise.all(mails)), ...pageShots()];
}

/** Every mail of every preset in each language, each way, and the pages. */
export async function allShots(): Promise<Shot[]> {
  const looks = WIDTHS.flatMap((width) => SCHEMES.map((scheme) => ({ width, scheme })));
  const shots: Shot[] = pageShots();
  for (const text of presetTexts)
    if (text.source.mjml !== undefined) for (const look of looks) shots.push(await mailShot(text, look));
  return shots;
}

async function mailShot(text: PresetText, look: Look): Promise<Shot> {
  const sample = samples.find(({ presets }) => Object.keys(presets).length > 0);
  if (!sample) throw new Error('There is no sample with settings in config/presets/samples.');
  const { html = '', subject = '' } = await rendered(text, sample);
  const language = text.locale === 'en' ? '' : `-${text.locale}`;
  return { name: nameOf(`${text.key}-${text.name}${language}`, look), title: subject, html, ...look };
}

function pageShots(): Shot[] {
  const items = outboxItems();
  const [first] = items;
  if (!first) return [];
  const pages: readonly (readonly [name: string, title: string, look: Look, html: string])[] = [
    ['page-survey', 'The page of a survey', PHONE, surveyPage(surveyForm())],
    [
      'page-unsubscribe',
      'The page to unsubscribe',
      PHONE_DARK,
      unsubscribePage({ shopName: SHOP, letterhead: LETTERHEAD, medium: 'email', locale: 'en' }),
    ],
    ['page-preferences', 'The page to choose messages on', PHONE, preferencesPage(PREFERENCES, null)],
    ['page-outbox', 'The outbox', PHONE, outboxPage({ filter: {}, items, next: null })],
    ['page-letter', 'A text message in the outbox', PHONE_DARK, letterPage(textMessage())],
  ];
  return pages.map(([name, title, look, html]) => ({ name: nameOf(name, look), title, html, ...look }));
}

function nameOf(name: string, { width, scheme }: Look): string {
  return `${name}-${width}${scheme === 'dark' ? '-dark' : ''}`;
}

function surveyForm(): Parameters<typeof surveyPage>[0] {
  const steps = [...planOf(presetDocument('relationship-nps')).steps.values()];
  const [survey] = steps.flatMap(({ kind, settings }) => kind.surveys?.(settings) ?? []);
  if (!survey)
    throw new Error('The preset relationship-nps asks nothing any more. Choose another in test/screenshots.');
  const { key, metric, scale, question, anchors } = survey;
  return {
    survey: {
      shopName: SHOP,
      letterhead: LETTERHEAD,
      survey: key,
      metric,
      scale,
      locale: 'en',
      question: question['en'] ?? '',
      anchors: anchors['en'] ?? null,
      answer: null,
    },
    submission: 'a',
    score: 9,
    comment: '',
    fault: null,
  };
}

const PREFERENCES: PreferencesPage = {
  shopName: SHOP,
  letterhead: LETTERHEAD,
  locale: 'en',
  media: MEDIA.map((medium) => ({
    medium,
    isReachable: true,
    classes: OPTIONAL_CLASSES.map((each) => {
      const isOn = medium === 'email' && each !== 'marketing';
      return { class: each, isOn, stands: isOn };
    }),
  })),
  waiting: [],
};

const AT = toIso(toInstant('2026-05-10T08:00:00Z'));

function outboxItems(): OutboxItem[] {
  const item = {
    medium: 'email',
    channel: 'capture',
    class: 'service',
    to: 'ines@example.com',
    state: 'sent',
    reason: null,
    customer: 'customer-1',
    sentAt: AT,
    createdAt: AT,
    delivery: null,
  } as const;
  return [
    { ...item, id: '1', subject: 'Thank you for your order #1001', journey: 'order-thank-you', step: 'thank' },
    { ...item, id: '2', subject: 'Your order #1001 is on its way', journey: 'shipping-updates', step: 'left' },
    { ...item, id: '3', medium: 'sms', subject: null, to: '+33612345678', journey: 'parcel-pickup', step: 'remind' },
    {
      ...item,
      id: '4',
      class: 'feedback',
      subject: 'How did the delivery go?',
      journey: 'delivery-csat',
      step: 'ask',
      state: 'suppressed',
      reason: 'unsubscribed',
    },
  ];
}

function textMessage(): Letter {
  const text = `${SHOP}: your parcel waits for you at the pick-up point until Friday. https://shop.example/orders/1001`;
  const [, , item] = outboxItems();
  if (!item) throw new Error('The outbox of the pictures holds no text message.');
  const sms = { parts: 1, encoding: 'GSM-7', characters: text.length, foreign: [], estimate: null } as const;
  return { ...item, text, html: null, headers: [], sms };
}

/** What stands beside the pictures in the documentation. */
export function captionOf({ title, width, scheme }: Pick<Shot, 'title' | 'width' | 'scheme'>): string {
  return `${title}, ${width} px${scheme === 'dark' ? ', dark' : ''}`;
}
