import {
  eventOfTrigger,
  type EventType,
  type FindingCode,
  type JourneyDocument,
  type StepDocument,
  type TemplateDocument,
} from '#app/domain';
import { gates } from './mutants-gates.js';
import { type Mutant, type Mutate, sends, whenOf, withStep, withSteps } from './mutation.js';

const ENDINGS: readonly { readonly event: EventType; readonly fact: string; readonly code: FindingCode }[] = [
  { event: 'order.refunded', fact: 'order.refunded', code: 'send.after-refund' },
  { event: 'order.cancelled', fact: 'order.cancelled', code: 'send.after-cancellation' },
  { event: 'return.requested', fact: 'order.returnRequested', code: 'send.after-return' },
];
const isStrict = ({ class: own }: JourneyDocument): boolean => own === 'feedback' || own === 'review';
const isOfOrder = ({ trigger }: JourneyDocument): boolean => /^(order|shipment)[.]/.test(eventOfTrigger(trigger));

/** Exits taken away one by one. */
const withoutExit: Mutate = (document) =>
  !isStrict(document) || !isOfOrder(document)
    ? []
    : ENDINGS.filter(({ event }) => document.exitOn.some((pattern) => pattern.event === event)).map(
        ({ event, code }) => ({
          name: `no exit on ${event}`,
          document: { ...document, exitOn: document.exitOn.filter((pattern) => pattern.event !== event) },
          expects: [code],
        }),
      );

/** Exits that a condition never lets happen. */
const closedExit: Mutate = (document) =>
  !isStrict(document) || !isOfOrder(document)
    ? []
    : ENDINGS.filter(({ event }) => document.exitOn.some((pattern) => pattern.event === event)).map(
        ({ event, code }) => ({
          name: `exit on ${event} for gifts only`,
          document: {
            ...document,
            exitOn: document.exitOn.map((one) => (one.event === event ? { event, where: 'order.isGift' } : one)),
          },
          expects: [code],
        }),
      );

/** Parts of the audience taken away, or turned round. */
const weakAudience: Mutate = (document) => {
  const when = whenOf(document);
  if (!isStrict(document) || !eventOfTrigger(document.trigger).startsWith('shipment.') || when === '') return [];
  return ENDINGS.filter(({ fact }) => when.includes(`!${fact}`)).flatMap(({ fact, code }) => [
    {
      name: `audience without !${fact}`,
      document: { ...document, audience: when.replace(`!${fact}`, 'true') },
      expects: [code],
    },
    {
      name: `audience with ${fact}`,
      document: { ...document, audience: when.replace(`!${fact}`, fact) },
      expects: [code],
    },
  ]);
};

const noAudience: Mutate = (document) =>
  isStrict(document) &&
  eventOfTrigger(document.trigger).startsWith('shipment.') &&
  whenOf(document).includes('order.refunded')
    ? [
        { name: 'no audience', document: { ...document, audience: undefined }, expects: ['send.after-refund'] },
        {
          name: 'audience turned round',
          document: { ...document, audience: `!(${whenOf(document)})` },
          expects: ['send.after-refund'],
        },
      ]
    : [];

/** A class that asks for less consent than the words need. */
const milderClass: Mutate = (document) => {
  const milder = { marketing: [], review: ['feedback', 'service'], feedback: ['service'], service: [] } as const;
  const asks = document.class === 'review' || document.steps.some(({ kind }) => kind === 'ask');
  return !asks
    ? []
    : milder[document.class].map((own) => ({
        name: `${document.class} as ${own}`,
        document: { ...document, class: own },
        expects: ['class.too-lenient'],
      }));
};

const eachText = (
  document: JourneyDocument,
  change: (text: string, field: string) => string | undefined,
): readonly { readonly place: string; readonly document: JourneyDocument }[] =>
  Object.entries(document.templates).flatMap(([name, locales]) =>
    Object.entries(locales).flatMap(([locale, template]) =>
      (['subject', 'mjml', 'sms'] as const).flatMap((field) => {
        const text = template[field];
        const changed = text === undefined ? undefined : change(text, field);
        if (changed === undefined || changed === text) return [];
        const mutated: TemplateDocument = { ...template, [field]: changed };
        const templates = { ...document.templates, [name]: { ...locales, [locale]: mutated } };
        return [{ place: `${name} ${locale} ${field}`, document: { ...document, templates } }];
      }),
    ),
  );

const GUARDED =
  /\{% if (customer\.firstName|order\.name|order\.promisedDate|order\.statusUrl) %\}((?:(?!\{%).)*)\{% endif %\}/gs;

/** Placeholders without the `if` and the `default` that stood for an unknown fact. */
const noFallback: Mutate = (document) =>
  eachText(document, (text) =>
    text.replace(GUARDED, (_, _name, inner: string) => inner.replaceAll(/\s*\| default: ""/g, '')),
  ).map(({ place, document: mutated }) => ({
    name: `no fallback in ${place}`,
    document: mutated,
    expects: ['template.no-fallback'],
  }));

/** Promotion in messages that everybody gets. */
const promotion: Mutate = (document) =>
  document.class === 'marketing' || document.class === 'review'
    ? []
    : eachText(document, (text, field) =>
        field === 'subject' ? `${text}: 10% off with a promo code` : field === 'sms' ? `${text} Shop now` : undefined,
      ).map(({ place, document: mutated }) => ({
        name: `promotion in ${place}`,
        document: mutated,
        expects: document.class === 'service' ? ['class.promotion-in-service'] : ['class.too-lenient'],
      }));

/** The last step, and each message, leads back to a wait. */
const loops: Mutate = (document) => {
  const first = document.steps.findIndex(({ kind, settings }) => kind === 'wait' && 'for' in settings);
  if (first === -1) return [];
  const wait = document.steps[first] as StepDocument;
  return document.steps.flatMap((step, index) =>
    index > first && sends(step)
      ? [
          {
            name: `${step.id} leads back to ${wait.id}`,
            document: withStep(document, index, { ...step, next: wait.id }),
            expects: ['journey.endless', 'messages.too-many'],
          },
        ]
      : [],
  );
};

const twice: Mutate = (document) =>
  document.class === 'service'
    ? []
    : document.steps.flatMap((step, index) => {
        if (!sends(step)) return [];
        const again = { ...step, id: `${step.id}-again` };
        const expects: FindingCode[] = step.kind === 'ask' ? ['survey.cooldown'] : ['contact.too-many'];
        const rest: StepDocument = { id: 'a-rest', kind: 'wait', settings: { for: 'P7D' } };
        const once = { name: `${step.id} twice`, document: withSteps(document, index + 1, again), expects };
        if (step.kind !== 'ask') return [once];
        const survey = { ...(step.settings.survey as object), key: 'another' };
        const other = { ...again, settings: { ...step.settings, survey } };
        return [
          once,
          { name: `${step.id} and another survey`, document: withSteps(document, index + 1, rest, other), expects },
        ];
      });

/** Of other classes the engine itself says until when a message is useful. */
const neverExpires: Mutate = (document) => {
  if (document.class !== 'service') return [];
  return document.steps.flatMap((step, index) => {
    const { usefulFor, ...settings } = step.settings;
    if (usefulFor === undefined) return [];
    return [
      {
        name: `${step.id} without usefulFor`,
        document: withStep(document, index, { ...step, settings }),
        expects: ['send.never-expires'],
      },
    ];
  });
};

const holdOut: Mutate = (document) =>
  document.class !== 'service' && document.class !== 'feedback'
    ? []
    : [
        {
          name: 'hold-out first',
          document: withSteps(document, 0, { id: 'lot', kind: 'hold-out', settings: { percent: 30 } }),
          expects: ['hold-out.in-service'],
        },
      ];

const deadPaths: Mutate = (document) => [
  ...document.steps.flatMap((step, index) => {
    const cases = step.settings.cases as readonly object[] | undefined;
    if (!cases) return [];
    const settings = { ...step.settings, cases: [...cases, { ...cases[0], goto: 'end' }] as never };
    return [
      {
        name: `${step.id} asks twice`,
        document: withStep(document, index, { ...step, settings }),
        expects: ['path.dead'] as const,
      },
    ];
  }),
  ...document.exitOn
    .filter(({ where }) => where === undefined)
    .map(({ event }) => ({
      name: `waits for ${event}, which ends the run`,
      document: withSteps(document, 1, {
        id: 'deaf',
        kind: 'wait-for',
        // oxlint-disable-next-line unicorn/no-thenable -- the word of the document; settings are never awaited
        settings: { events: [event], timeout: 'P1D', then: 'end', otherwise: document.steps[1]?.id ?? 'end' },
      }),
      expects: ['path.dead'] as const,
    })),
];

const circles: Mutate = (document) => {
  const partner: JourneyDocument = {
    ...document,
    key: 'partner',
    class: 'service',
    audience: undefined,
    exitOn: [],
    entry: { key: 'order.id', reentry: 'after-end' },
    steps: [
      { id: 'nap', kind: 'wait', settings: { for: 'P1D' } },
      { id: 'on', kind: 'start-journey', settings: { journey: document.key } },
    ],
    templates: {},
  };
  const start: StepDocument = { id: 'on', kind: 'start-journey', settings: { journey: 'partner' } };
  return [
    {
      name: 'starts a journey that starts it',
      document: { ...withSteps(document, 0, start), entry: { key: 'order.id + run.at', reentry: 'after-end' } },
      expects: ['journey.circle'],
      beside: [partner],
    },
  ];
};

const MUTATIONS: readonly Mutate[] = [
  withoutExit,
  closedExit,
  weakAudience,
  noAudience,
  milderClass,
  noFallback,
  promotion,
  loops,
  twice,
  gates,
  neverExpires,
  holdOut,
  deadPaths,
  circles,
];

/** Every mutant of a journey. */
export function mutantsOf(document: JourneyDocument): readonly Mutant[] {
  return MUTATIONS.flatMap((mutate) => mutate(document)).map((mutant) => ({
    ...mutant,
    name: `${document.key}: ${mutant.name}`,
  }));
}
