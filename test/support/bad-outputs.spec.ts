import { ConfiguredChannels } from '#app/channels';
import { createLogger } from '#app/platform';
import { LiquidTemplateEngine } from '#app/templates';
import { jest } from '@jest/globals';
import fc from 'fast-check';
import { parseDocument } from 'htmlparser2';
import PostalMime from 'postal-mime';
import { PassThrough } from 'node:stream';
import { INJECTIONS } from './corpora/injections.js';
import { SmtpSink } from './smtp-sink.js';

/** What strangers write in one mail, place by place. */
const PLACES = ['name', 'order', 'line', 'review', 'link', 'shop'] as const;
type Texts = Readonly<Record<(typeof PLACES)[number], string>>;
const TEXTS = Math.max(10_000, Number(process.env['AFTERGLOW_RUNS'] ?? 0));
const MAILS = Math.ceil(TEXTS / PLACES.length);
jest.setTimeout(Math.max(180_000, MAILS * 200));
const PLAIN = 'Canary';
/** A text wherever one can stand: headers, texts, attributes, links, loops, captures, filters that make HTML. */
const TEMPLATE = {
  subject: 'Order {{ order.name }} for {{ customer.firstName }}',
  preheader: 'Hello {{ customer.firstName }}',
  mjml: `<mj-text><h1>Hello {{ customer.firstName }}</h1>
<p>{{ review | newline_to_br }}</p>{% capture both %}<b>{{ order.name }}</b>{% endcapture %}{{ both }}</mj-text>
<mj-table>{% for line in order.lines %}<tr><td>{{ line.title }}</td></tr>{% endfor %}</mj-table>
<mj-image src="https://shop.example/a.png" alt="{{ customer.firstName }}" />
<mj-button href="https://shop.example/?q={{ customer.firstName | url_encode }}">{{ order.name }}</mj-button>
<mj-text><a href="{{ link }}" title="{{ review }}">{{ link }}</a></mj-text>`,
};

/** Halves of characters, marks that turn writing around, and as much as a field of a shop may hold. */
const ODD = [
  '\uD800',
  '\uDC00x',
  'a\uDBFF',
  '\u202Egnp.exe',
  '\u2066\u2069',
  '\u200F',
  '\uFEFF',
  '\u061C',
  '{%',
  '%}',
  '{{',
  '}}',
];
const strangersText = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...INJECTIONS, ...ODD) },
      { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
      { weight: 1, arbitrary: fc.constantFrom(...ODD, 'x', '<').map((text) => text.repeat(10_000 / text.length)) },
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.join('').slice(0, 12_000));

let sink: SmtpSink;
let channels: ConfiguredChannels;
let compiled: Awaited<ReturnType<LiquidTemplateEngine['compile']>>['compiled'];
const engine = new LiquidTemplateEngine();
let made = 0;
beforeAll(async () => {
  sink = await SmtpSink.start();
  channels = new ConfiguredChannels({ smtpUrl: sink.url, mailFrom: 'shop@birch.example' });
  const result = await engine.compile(TEMPLATE);
  if (result.faults.length > 0) throw new Error(JSON.stringify(result.faults));
  ({ compiled } = result);
});
afterAll(async () => {
  await channels?.close();
  await sink?.stop();
});

interface Node {
  readonly type: string;
  readonly name?: string;
  readonly attribs?: Readonly<Record<string, string>>;
  readonly children?: readonly Node[];
}

/** Elements with the names of their attributes, and targets of links: what a text must not change. */
function skeletonOf(nodes: readonly Node[]): string[] {
  return nodes.flatMap((node) => [
    ...(node.type === 'text'
      ? []
      : [[node.type, node.name ?? '', ...Object.keys(node.attribs ?? {}).toSorted()].join(' ')]),
    ...skeletonOf(node.children ?? []),
  ]);
}

function targetsIn(nodes: readonly Node[]): string[] {
  return nodes.flatMap(({ attribs = {}, children = [] }) => [
    ...['href', 'src', 'action'].flatMap((name) => attribs[name] ?? []),
    ...targetsIn(children),
  ]);
}

const everywhere = (text: string): Texts => ({
  name: text,
  order: text,
  line: text,
  review: text,
  link: text,
  shop: text,
});

async function mailWith(texts: Texts) {
  made += 1;
  const content = engine.render(compiled, {
    customer: { firstName: texts.name },
    order: { name: texts.order, lines: [{ title: texts.line }] },
    shop: { name: texts.shop, timeZone: 'Europe/Paris', currency: 'EUR', locale: 'en' },
    review: texts.review,
    link: texts.link,
    locale: 'en',
    links: { unsubscribe: 'https://shop.example/u/token' },
  });
  const before = sink.mails.length;
  const { outcome } = await channels.forMedium('email').send({
    id: `m${made}`,
    key: made.toString(16).padStart(64, '0'),
    medium: 'email',
    to: 'ada@mail.example',
    fromName: texts.shop,
    subject: content.subject,
    text: content.text ?? '',
    html: content.html,
    unsubscribeUrl: 'https://shop.example/u/token',
  });
  const mails = sink.mails.slice(before);
  expect([outcome, mails.length, mails[0]?.to]).toEqual(['sent', 1, ['ada@mail.example']]);
  const parsed = await PostalMime.parse(mails[0]?.data ?? '');
  const nodes = parseDocument(parsed.html ?? '').children as unknown as Node[];
  return {
    shape: {
      headers: parsed.headers.map(({ key }) => key).toSorted(),
      from: parsed.from?.address,
      to: parsed.to?.map(({ address }) => address),
      cc: parsed.cc,
      bcc: parsed.bcc,
      replyTo: parsed.replyTo,
      parts: parsed.attachments.length,
      skeleton: skeletonOf(nodes),
    },
    targets: targetsIn(nodes),
    names: [parsed.subject ?? '', parsed.from?.name ?? ''],
  };
}

async function expectTexts(texts: Texts, plain: Awaited<ReturnType<typeof mailWith>>): Promise<void> {
  const { shape, targets, names } = await mailWith(texts);
  const breaks = texts.review.split(/\r?\n/).length - 1;
  // the one filter that makes an element of a line break
  const isBreak = (element: string): boolean => element === 'tag br';
  expect(shape.skeleton.filter(isBreak).length - plain.shape.skeleton.filter(isBreak).length).toBeLessThanOrEqual(
    breaks,
  );
  const without = (mail: typeof shape) => ({ ...mail, skeleton: mail.skeleton.filter((element) => !isBreak(element)) });
  expect(without(shape)).toEqual(without(plain.shape));
  expect(targets.filter((target) => !/^(?:https:\/\/shop\.example\/|$)/.test(target))).toEqual([]);
  expect(names.filter((name) => /[\r\n\0]/.test(name))).toEqual([]);
}

describe('texts of strangers in a mail', () => {
  it('are many', () => expect(new Set(INJECTIONS).size).toBeGreaterThanOrEqual(110));

  it.each(INJECTIONS.map((text) => [text]))('%j stays a text', async (text) => {
    await expectTexts(everywhere(text), await mailWith(everywhere(PLAIN)));
  });

  it('put together at random stay a text', async () => {
    const plain = await mailWith(everywhere(PLAIN));
    const texts = fc.record(Object.fromEntries(PLACES.map((place) => [place, strangersText])));
    await fc.assert(
      fc.asyncProperty(texts, (some) => expectTexts(some as Texts, plain)),
      { numRuns: MAILS },
    );
  });

  it('would be noticed if they did not', async () => {
    const plain = skeletonOf(parseDocument('<p>x</p>').children as unknown as Node[]);
    const broken = INJECTIONS.filter((text) => {
      const nodes = parseDocument(`<p title="${text}">${text}</p>`).children as unknown as Node[];
      return JSON.stringify(skeletonOf(nodes)) !== JSON.stringify(plain).replace('tag p', 'tag p title');
    });
    expect(broken.length).toBeGreaterThan(20);
  });
});

describe('texts of strangers in a text message', () => {
  const SMS = '{{ shop.name }}: hello {{ customer.firstName }}, {{ order.name }}. https://shop.example/s';
  const isControl = /(?![\n\t])\p{Cc}/u;

  it('stay a text: nothing in them is rendered, moves a cursor or reaches beyond its place', async () => {
    const { compiled: template, faults } = await engine.compile({ sms: SMS });
    expect(faults).toEqual([]);
    const message = (text: string): string =>
      engine.render(template, { customer: { firstName: text }, order: { name: text }, shop: { name: text } }).sms ?? '';
    fc.assert(
      fc.property(strangersText, (text) => {
        const sms = message(text);
        const whole = text.replace(/\p{Surrogate}/gu, '\uFFFD');
        const written = whole.replace(/\r\n?|[\u2028\u2029]/g, '\n').replace(/(?![\n\t])\p{Cc}/gu, '');
        expect(sms).not.toMatch(isControl);
        expect(sms).toBe(`${written}: hello ${written}, ${written}. https://shop.example/s`.trim());
      }),
      { numRuns: TEXTS },
    );
  });
});

describe('texts of strangers in a log', () => {
  it('begin no line of their own and move no cursor', () => {
    const written: string[] = [];
    const stream = new PassThrough();
    stream.on('data', (chunk: Buffer) => written.push(chunk.toString()));
    const logger = createLogger('info', stream);
    for (const text of INJECTIONS) logger.info({ order: text, err: new Error(text) }, text);
    const lines = written.join('').trimEnd().split('\n');
    expect(lines).toHaveLength(INJECTIONS.length);
    for (const [index, line] of lines.entries()) {
      expect((JSON.parse(line) as { order: string }).order).toBe(INJECTIONS[index]);
      // eslint-disable-next-line no-control-regex
      expect(line).not.toMatch(/[\u0000-\u001f]/);
    }
  });
});
