import type { DkimKey, OutboundMessage } from '#app/application';
import { eventOfTrigger, type MessageClass } from '#app/domain';
import { type CompiledTemplate, compileTemplate, type RenderedMessage, renderTemplate } from '#app/templates';
import { planOf, presetDocument, presetKeys } from './play.js';
import { type PresetSample, presetSamples } from './preset-samples.js';

export const samples = presetSamples();

/** Every text of every preset in each of its languages. */
export const presetTexts = presetKeys().flatMap((key) =>
  Object.entries(presetDocument(key).templates).flatMap(([name, locales]) =>
    Object.entries(locales).map(([locale, source]) => ({ key, name, locale, source })),
  ),
);
export type PresetText = (typeof presetTexts)[number];

/** MJML is the slow part: each template is compiled once. */
const compilations = new Map<PresetText, ReturnType<typeof compileTemplate>>();

export function classOf({ key }: PresetText): MessageClass {
  return presetDocument(key).class;
}

async function compiledOf(one: PresetText): Promise<CompiledTemplate> {
  const compilation = compilations.get(one) ?? compileTemplate(one.source);
  compilations.set(one, compilation);
  const { compiled, problems } = await compilation;
  if (problems.length > 0) throw new Error(`${one.key}, ${one.name}, ${one.locale}: ${JSON.stringify(problems)}`);
  return compiled;
}

const SHOP = {
  id: 'shop',
  name: 'Birch & Bowl',
  timeZone: 'Europe/Paris',
  currency: 'EUR',
  locale: 'en',
  color: '#0f6b5c',
  logoUrl: null,
  address: '4 Mill Lane, Birchville',
};

/** Of the question that the text puts, if it puts one. */
function scaleOf({ key, name }: PresetText): { readonly min: number; readonly max: number } {
  const asking = [...planOf(presetDocument(key)).steps.values()].find(({ kind, settings }) =>
    kind.templates?.(settings).some((use) => use.name === name),
  );
  const [survey] = asking?.kind.surveys?.(asking.settings) ?? [];
  return survey?.scale ?? { min: 0, max: 10 };
}

/** As somebody would get it of whom the sample is known. */
export async function rendered(one: PresetText, sample: PresetSample): Promise<RenderedMessage> {
  const { key, locale } = one;
  const document = presetDocument(key, sample.presets[key]?.settings ?? {});
  const { min, max } = scaleOf(one);
  const values = Array.from({ length: max - min + 1 }, (_, index) => min + index);
  const scores = values.map((score) => ({ score, url: `https://shop.example/s/${score}` }));
  return renderTemplate(await compiledOf(one), {
    ...sample.facts,
    event: sample.presets[key]?.event ?? { type: eventOfTrigger(document.trigger), data: {} },
    settings: document.settings,
    shop: SHOP,
    locale,
    now: '2026-05-10T08:00:00Z',
    links: {
      survey: 'https://shop.example/s',
      scores,
      ...(document.class === 'service'
        ? { confirm: 'https://shop.example/c' }
        : { unsubscribe: 'https://shop.example/u', preferences: 'https://shop.example/p' }),
    },
  });
}

/** The mail as it is handed to the channel. */
export async function outbound(
  one: PresetText,
  sample: PresetSample,
  keys: readonly DkimKey[],
): Promise<OutboundMessage> {
  const { subject = '', text = '', html = '' } = await rendered(one, sample);
  const kind = classOf(one);
  return {
    id: 'message',
    key: '0'.repeat(64),
    medium: 'email',
    to: 'ada@mail.example',
    fromName: 'Birch & Bowl',
    subject,
    text,
    html,
    unsubscribeUrl: kind === 'service' ? null : 'https://shop.example/u/token',
    sender: { from: null, replyTo: 'care@birch.example', returnPath: null, unsubscribe: null, keys },
    stream: { shopId: '0199c0de-0000-7000-8000-000000000001', journey: one.key, class: kind },
  };
}
