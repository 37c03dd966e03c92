import { parseJourneyText, readJourney } from '#app/application';
import { checkJourney, compileJourney, type Fault } from '#app/domain';
import { stepKinds } from '#app/steps';
import { quickestOf } from './quickest.js';

/** Of processor time. */
const MAX_MS = 100;

const GOOD = {
  key: 'good',
  title: 'Good',
  class: 'service',
  trigger: { event: 'order.placed' },
  entry: { key: 'order.id', reentry: 'never' },
  settings: { after: 'P1D' },
  steps: [
    { id: 'rest', kind: 'wait', settings: { for: 'P1D' } },
    { id: 'hello', kind: 'send', settings: { template: 'hello', channels: ['email'], usefulFor: 'P2D' } },
  ],
  templates: { hello: { en: { subject: 'Hello', mjml: '<mj-text>Hello</mj-text>' } } },
};

interface Bad {
  readonly name: string;
  readonly take: () => readonly Fault[];
}

/** The way that every document goes: read, compile, check. */
function faultsOf(input: unknown): readonly Fault[] {
  const read = readJourney(input);
  return 'faults' in read ? read.faults : compiledFaults(read.document);
}

function faultsOfText(text: string, format: 'yaml' | 'json' = 'yaml'): readonly Fault[] {
  const read = parseJourneyText(text, format);
  return 'faults' in read ? read.faults : compiledFaults(read.document);
}

function compiledFaults(document: Parameters<typeof compileJourney>[0]): readonly Fault[] {
  const result = compileJourney(document, stepKinds);
  if ('faults' in result) return result.faults;
  checkJourney({ plan: result.plan, others: [] });
  return [];
}

const nest = (depth: number, inner: unknown): unknown => (depth === 0 ? inner : { deeper: nest(depth - 1, inner) });
const step = (kind: string, settings: unknown): object => ({
  ...GOOD,
  steps: [{ id: 'bad', kind, settings }, ...GOOD.steps],
});

const NO_VALUES: readonly unknown[] = [null, 1, 1e308, true, [], {}, ['x'], 'x'.repeat(5000), nest(50, 1), -0.5];
const FIELDS = [
  'key',
  'title',
  'class',
  'trigger',
  'entry',
  'steps',
  'templates',
  'exitOn',
  'goal',
  'priority',
] as const;
/** Values that a field may have. */
const FITS: Readonly<Record<string, (value: unknown) => boolean>> = {
  steps: () => false,
  exitOn: (value) => Array.isArray(value) && value.length === 0,
  title: () => false,
  priority: (value) => value === 1,
};

const ofTypes: readonly Bad[] = FIELDS.flatMap((field) =>
  NO_VALUES.filter((value) => FITS[field]?.(value) !== true).map((value, index) => ({
    name: `${field} of a wrong type (${index})`,
    take: () => faultsOf({ ...GOOD, [field]: value }),
  })),
);

const EXPRESSIONS = [
  '',
  '   ',
  'order.',
  'order.totl > 1',
  'ordr.total.amount > 1',
  '"unclosed',
  'order.lines.title == "x"',
  'order.id.x == "x"',
  'customer.__proto__ == null',
  'customer.constructor == null',
  '__proto__ == null',
  'constructor.name == "x"',
  'order["__proto__"] == null',
  'settings.constructor == 1',
  'settings.__proto__.polluted == 1',
  'event.__proto__.x == 1',
  'this.process.exit()',
  'globalThis == null',
  'require("fs") == null',
  'eval("1") == 1',
  'order.id.matches(order.name)',
  'order.id.matches("(")',
  'order.id.matches("[a-")',
  'order.id.matches("(?<=a)b")',
  'order.id.matches("(a)\\\\1")',
  `order.id.matches("${'(a+)+'.repeat(100)}$")`,
  'order.id.matches("a{1,100000}")',
  'order.id.matches("a" + "b")',
  `${'('.repeat(500)}true${')'.repeat(500)}`,
  `${'!'.repeat(900)}true`,
  `${'['.repeat(400)}${']'.repeat(400)} == null`,
  Array.from({ length: 400 }, () => 'true').join('&&'),
  'x'.repeat(1001),
  'order.lines.all(a, order.lines.all(b, order.lines.all(c, a == b)))',
  Array.from({ length: 9 }, () => 'order.lines.exists(a, true)').join('||'),
  'cel.bind(a, 1, a == 1)',
  'true ? 1 : 2',
  '1',
  '[1, 2]',
  '{"a": 1}',
  'order.placed = true',
  'function() { return true }',
  'nobody()',
  'order.id.toUpperCase() == "X"',
  'now() > 1',
] as const;

const ofExpressions: readonly Bad[] = EXPRESSIONS.map((audience) => ({
  name: `condition ${audience.slice(0, 50)}`,
  take: () => faultsOf({ ...GOOD, audience }),
}));

const STEPS: readonly (readonly [string, unknown])[] = [
  ['wat', {}],
  ['__proto__', {}],
  ['constructor', {}],
  ['wait', {}],
  ['wait', { for: 'tomorrow' }],
  ['wait', { for: 5 }],
  ['wait', { for: `P${'9'.repeat(400)}D` }],
  ['wait', { for: 'P1D', until: 'order.promisedDate' }],
  ['wait', { businessDays: 1e9 }],
  ['wait', { businessDays: -1 }],
  ['wait', { businessDays: 1.5 }],
  ['wait', { businessDays: 1, holidays: ['2026-02-30'] }],
  ['wait', { window: { from: '25:00', to: '26:00' } }],
  ['wait', { window: { from: '09:00', to: '09:00' } }],
  ['wait', { until: 'order.promisedDat' }],
  ['wait', { until: 'order.promisedDate', zone: 'mars' }],
  ['wait-for', { events: [], timeout: 'P1D' }],
  ['wait-for', { events: ['order.plced'], timeout: 'P1D' }],
  ['wait-for', { events: ['order.paid'] }],
  ['wait-for', { events: ['order.paid'], timeout: 'P1D', otherwise: 'nowhere' }],
  ['wait-for', { events: [{ event: 'order.paid', where: 'event.data.nothing == 1' }], timeout: 'P1D' }],
  ['branch', { cases: [] }],
  ['branch', { cases: [{ when: 'true', goto: 'nowhere' }] }],
  ['branch', { cases: Array.from({ length: 21 }, () => ({ when: 'true', goto: 'end' })) }],
  ['branch', { cases: [{ when: 'true', goto: '__proto__' }] }],
  ['split', { arms: [{ arm: 'a', weight: 1 }] }],
  [
    'split',
    {
      arms: [
        { arm: 'a', weight: -1 },
        { arm: 'b', weight: 1 },
      ],
    },
  ],
  [
    'split',
    {
      arms: [
        { arm: 'a', weight: 0 },
        { arm: 'b', weight: 0 },
      ],
    },
  ],
  [
    'split',
    {
      arms: [
        { arm: 'a', weight: 1 },
        { arm: 'a', weight: 1 },
      ],
    },
  ],
  [
    'split',
    {
      arms: [
        { arm: 'a', weight: 1e300 },
        { arm: 'b', weight: 1 },
      ],
    },
  ],
  ['hold-out', { percent: 101 }],
  ['hold-out', { percent: '10' }],
  ['send', { template: 'nothing', channels: ['email'] }],
  ['send', { template: '__proto__', channels: ['email'] }],
  ['send', { template: 'hello', channels: [] }],
  ['send', { template: 'hello', channels: ['pigeon'] }],
  ['send', { template: 'hello', channels: ['sms'] }],
  ['send', { template: 'hello', channels: ['email', 'email'] }],
  ['send', { template: 'hello', channels: ['email'], when: 'order.nothing' }],
  ['ask', { template: 'hello', channels: ['email'] }],
  ['ask', { survey: { key: 'A B', metric: 'nps', question: { en: 'x' } }, template: 'hello', channels: ['email'] }],
  ['ask', { survey: { key: 'a', metric: 'xyz', question: { en: 'x' } }, template: 'hello', channels: ['email'] }],
  ['ask', { survey: { key: 'a', metric: 'nps', question: {} }, template: 'hello', channels: ['email'] }],
  ['set-attribute', { attribute: '__proto__', value: 1 }],
  ['tag', {}],
  ['tag', { add: ['a'], remove: ['a'] }],
  ['award-points', { points: 0, reason: 'x' }],
  ['award-points', { points: 1e12, reason: 'x' }],
  ['call-webhook', { url: 'http://shop.example' }],
  ['call-webhook', { url: 'https://user:secret@shop.example' }],
  ['call-webhook', { url: 'file:///etc/passwd' }],
  ['call-webhook', { url: 'https://shop.example', payload: { constructor: '1' } }],
  ['start-journey', { journey: 'good' }],
  ['start-journey', { journey: '../x' }],
  ['open-case', { topic: 'No Topic', title: 'x' }],
  ['promise', { what: 'x' }],
  ['exit', { reason: 5 }],
  ['wait', { for: '{{settings.nothing}}' }],
  ['wait', { for: '{{settings.__proto__}}' }],
  ['wait', { for: '{{settings.constructor}}' }],
];

const ofSteps: readonly Bad[] = STEPS.map(([kind, settings], index) => ({
  name: `step ${kind} (${index})`,
  take: () => faultsOf(step(kind, settings)),
}));

const bomb = [
  'a: &a [x, x, x, x, x, x, x, x, x]',
  ...'bcdefgh'.split('').map((name, index) => {
    const before = 'abcdefgh'[index] as string;
    return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(', ')}]`;
  }),
].join('\n');

const TEXTS: readonly string[] = [
  '',
  ':',
  'key: [',
  'key: a\nkey: b',
  '- a',
  '"text"',
  '42',
  'null',
  '? [a]\n: b',
  'key: &x a\ntitle: *y',
  bomb,
  'a: &a { b: *a }',
  'key: !!js/function "function () {}"',
  'key: !evil x',
  '%YAML 9.9\n---\nkey: x',
  '--- \nkey: a\n--- \nkey: b',
  `key: ${'x'.repeat(200_000)}`,
  `${'['.repeat(5000)}`,
  `${'{a: '.repeat(500)}1${'}'.repeat(500)}`,
  `${' '.repeat(3)}key: x\n key: y`,
  'key:\n\t- tab',
  '__proto__: { key: x }',
  'key: .inf',
  '\u0000',
];
/** Levels without end, each in another notation. */
const DEEP_TEXTS: readonly string[] = [
  '['.repeat(100_000),
  '{a: '.repeat(30_000),
  '- '.repeat(60_000),
  '? '.repeat(60_000),
  'a: - '.repeat(20_000),
  Array.from({ length: 450 }, (_, level) => `${' '.repeat(level)}a:`).join('\n'),
];
const JSON_TEXTS: readonly string[] = [
  '',
  '{',
  '{"key":}',
  '[]',
  'NaN',
  '{"__proto__":{"key":"x"}}',
  '{"constructor":{"prototype":{}}}',
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  JSON.stringify({ ...GOOD, unknown: 1 }),
  JSON.stringify({
    ...GOOD,
    steps: Array.from({ length: 101 }, (_, id) => ({ id: `s${id}`, kind: 'exit', settings: {} })),
  }),
];

const ofTexts: readonly Bad[] = [
  ...[...TEXTS, ...DEEP_TEXTS].map((text, index) => ({
    name: `YAML ${index} ${JSON.stringify(text.slice(0, 30))}`,
    take: () => faultsOfText(text),
  })),
  ...JSON_TEXTS.map((text, index) => ({
    name: `JSON ${index} ${JSON.stringify(text.slice(0, 30))}`,
    take: () => faultsOfText(text, 'json'),
  })),
];

describe('bad documents', () => {
  const all = [...ofTypes, ...ofExpressions, ...ofSteps, ...ofTexts];

  it('are many', () => expect(all.length).toBeGreaterThanOrEqual(150));

  it.each(all)('$name is refused with place and reason, and costs little', ({ take }) => {
    const { result: faults, tookMs } = quickestOf(take, MAX_MS);
    expect(faults.length).toBeGreaterThan(0);
    for (const { pointer, message } of faults) {
      expect(pointer).toMatch(/^($|\/|#line-)/);
      expect(message.length).toBeGreaterThan(10);
    }
    expect(tookMs).toBeLessThan(MAX_MS);
  });

  it('leave no trace in what all objects share', () => {
    expect(Object.hasOwn(Object.prototype, 'key')).toBe(false);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
