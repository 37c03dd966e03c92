import type { Fault } from '../errors.js';
import { compileJourney } from './compile.js';
import type { JourneyDocument } from './document.js';
import { aDocument, aPlan, simpleKinds } from './testing.js';

const HELLO = { id: 'hello', kind: 'say', settings: { template: 'hello', channels: ['email'] } };
const REST = { id: 'rest', kind: 'pause', settings: { hours: 2 } };

function faults(extra: Partial<JourneyDocument>): string[] {
  const compiled = compileJourney(aDocument(extra), simpleKinds);
  return 'faults' in compiled ? compiled.faults.map(({ pointer, message }) => `${pointer} ${message}`) : [];
}

describe('compileJourney', () => {
  it('links each step to the following one and parses its settings', () => {
    const { steps, first } = aPlan();
    expect([first, steps.get('rest')?.next, steps.get('hello')?.next]).toEqual(['rest', 'hello', 'end']);
  });

  it('fills in settings with their own type, and as text within a longer one', () => {
    const settings = { pause: { hours: 5 }, name: 'hello', flag: true };
    const plan = aPlan({
      settings,
      steps: [
        { ...REST, settings: { hours: '{{ settings.pause.hours }}' } },
        {
          ...HELLO,
          settings: { template: '{{settings.name}}', channels: ['email'], when: '{{settings.flag}} && order.isGift' },
        },
      ],
    });
    expect([...plan.steps.values()].map((step) => step.settings)).toEqual([
      { hours: 5 },
      { template: 'hello', channels: ['email'], when: 'true && order.isGift' },
    ]);
  });

  it.each<[string, Partial<JourneyDocument>]>([
    ['/steps/0/settings/hours Write a number of hours.', { steps: [{ ...REST, settings: { hours: 'two' } }] }],
    [
      '/steps/0/settings/minutes "minutes" is not known here',
      { steps: [{ ...REST, settings: { hours: 1, minutes: 2 } }] },
    ],
    [
      '/steps/0/settings/hours settings.pauze: did you mean settings.pause?',
      { settings: { pause: 1 }, steps: [{ ...REST, settings: { hours: '{{settings.pauze}}' } }] },
    ],
    ['/steps/0/kind There is no kind of step "pausee": did you mean pause?', { steps: [{ ...REST, kind: 'pausee' }] }],
    ['/steps/1/id "rest" is taken', { steps: [REST, REST] }],
    ['/steps/0/id "end" is reserved', { steps: [{ ...REST, id: 'end' }] }],
    ['/steps/0/next There is no step "helo": did you mean hello?', { steps: [{ ...REST, next: 'helo' }, HELLO] }],
    [
      '/steps/0/settings There is no step "nowhere"',
      { steps: [{ id: 'go', kind: 'jump', settings: { to: 'nowhere' } }] },
    ],
    ['/steps/1 No step leads to "hello"', { steps: [{ ...REST, next: 'end' }, HELLO] }],
    [
      '/steps/0 A run can go round a, b without waiting',
      {
        steps: [
          { id: 'a', kind: 'jump', settings: { to: 'b' } },
          { id: 'b', kind: 'jump', settings: { to: 'a' } },
        ],
      },
    ],
    [
      '/steps/0 A run can go round hello, rest without waiting',
      { steps: [HELLO, { ...REST, settings: { hours: 0 }, next: 'hello' }] },
    ],
    [
      '/steps/0/settings/template There is no template "helo": did you mean hello?',
      { steps: [{ ...HELLO, settings: { template: 'helo', channels: ['email'] } }] },
    ],
    [
      '/templates/hello The step "hello" sends this by email: write subject and mjml',
      { steps: [HELLO], templates: { hello: { en: { subject: 'x' }, fr: { mjml: 'y' } } } },
    ],
    [
      '/steps/0/settings/when order.gift: did you mean',
      { steps: [{ ...HELLO, settings: { ...HELLO.settings, when: 'order.gift' } }] },
    ],
    ['/trigger/event order.place: did you mean order.placed?', { trigger: { event: 'order.place' as never } }],
    [
      '/trigger/where "size(order.lines)" gives int',
      { trigger: { event: 'order.placed', where: 'size(order.lines)' } },
    ],
    ['/audience ordr: did you mean order?', { audience: 'ordr.isGift' }],
    ['/audience/when ordr: did you mean order?', { audience: { when: 'ordr.isGift', recheck: 'before-send' } }],
    [
      '/steps/0/settings "test" is this journey',
      { steps: [{ id: 'again', kind: 'other', settings: { journey: 'test' } }] },
    ],
    ['/steps/1 A run can reach "hello" without a hold-out', { class: 'marketing' }],
    ['/entry/key order.identifier: there is', { entry: { key: 'order.identifier', reentry: 'never' } }],
    [
      '/exitOn/0/where event.data.why: there is',
      { exitOn: [{ event: 'order.cancelled', where: 'event.data.why == "x"' }] },
    ],
    ['/goal/within "soon" is not a duration', { goal: { event: 'review.submitted', within: 'soon' } }],
    ['/steps A journey needs at least one step', { steps: [] }],
    ['/steps 101 steps', { steps: Array.from({ length: 101 }, (_, index) => ({ ...REST, id: `s${index}` })) }],
    [' The document has', { title: 'x'.repeat(70_000) }],
  ])('says %s', (start, extra) => {
    expect(faults(extra).find((fault) => fault.startsWith(start)) ?? faults(extra)).toEqual(
      expect.stringContaining(start),
    );
  });

  it('allows a loop that waits', () => {
    expect(faults({ steps: [HELLO, { ...REST, next: 'hello' }] })).toEqual([]);
  });

  it('wants a hold-out on every way to marketing, and only there', () => {
    const lot = { id: 'lot', kind: 'draw', settings: {} };
    const other = { ...HELLO, id: 'other' };
    const fork = { id: 'fork', kind: 'say', settings: HELLO.settings, next: 'other' };
    const codes = (steps: JourneyDocument['steps'], extra: Partial<JourneyDocument> = {}): string[] =>
      faults({ class: 'marketing', steps, ...extra }).map((fault) => fault.split(' ')[0] ?? '');
    expect(codes([lot, REST, HELLO])).toEqual([]);
    expect(codes([REST])).toEqual([]);
    expect(codes([HELLO, lot, other])).toEqual(['/steps/0']);
    expect(codes([fork, lot, other])).toContain('/steps/2');
    expect(codes([HELLO], { holdOut: 'none' })).toEqual([]);
    expect(codes([HELLO], { class: 'review' })).toEqual([]);
  });

  it('asks no hold-out of a version that people are on already', () => {
    expect(compileJourney(aDocument({ class: 'marketing' }), simpleKinds, 'stored')).toHaveProperty('plan');
  });

  it('takes a version from before there were partials as it was', () => {
    const mjml = '{% comment %}{% render "footer" %}{% endcomment %}{% raw %}{% render "footer" %}{% endraw %}';
    const templates = { hello: { en: { subject: 'Hi', mjml } } };
    for (const origin of ['new', 'stored'] as const)
      expect(compileJourney(aDocument({ templates }), simpleKinds, origin)).toMatchObject({
        plan: { document: { templates } },
      });
    const rendering = aDocument({ templates: { hello: { en: { subject: 'Hi', mjml: '{% render "footer" %}' } } } });
    expect(compileJourney(rendering, simpleKinds)).toHaveProperty('faults');
    expect(compileJourney(rendering, simpleKinds, 'stored')).toHaveProperty('plan');
  });

  it('holds fields to their limits with the partials in them', () => {
    const text = '{% render "long" %}';
    const templates = { hello: { en: { subject: text, preheader: text, mjml: text, sms: `${text}!` } } };
    const long = (length: number): Partial<JourneyDocument> => ({
      templates,
      partials: { long: { en: 'x'.repeat(length) } },
    });
    expect(faults(long(500))).toEqual([]);
    const result = compileJourney(aDocument(long(1600)), simpleKinds);
    expect('faults' in result && result.faults).toEqual([
      fault('subject', 1600, 500),
      fault('preheader', 1600, 500),
      fault('sms', 1601, 1600),
    ]);
    expect(compileJourney(aDocument(long(1600)), simpleKinds, 'stored')).toHaveProperty('plan');

    function fault(field: string, length: number, most: number): Fault {
      return {
        pointer: `/templates/hello/en/${field}`,
        code: 'template.partial',
        message: `With its partials, ${field} has ${length} characters; at most ${most} are allowed.`,
      };
    }
  });

  it('takes the middle priority unless the document names one', () => {
    expect([aPlan().priority, aPlan({ priority: 80 }).priority]).toEqual([50, 80]);
  });

  it('keeps when the audience is asked again', () => {
    const when = 'order.isGift';
    expect(aPlan({ audience: when })).toMatchObject({ audience: when, recheck: null });
    expect(aPlan({ audience: { when, recheck: 'every-step' } })).toMatchObject({
      audience: when,
      recheck: 'every-step',
    });
  });

  it('reports every fault at once', () => {
    expect(
      faults({
        audience: 'ordr.id',
        trigger: { event: 'x' as never },
        steps: [
          { ...REST, settings: {} },
          { ...HELLO, kind: 'x' },
        ],
      }),
    ).toHaveLength(4);
  });

  it('takes the time of a goal from the settings', () => {
    expect(
      aPlan({ settings: { window: 'P30D' }, goal: { event: 'review.submitted', within: '{{settings.window}}' } }).goal
        ?.within,
    ).toBe('P30D');
  });
});
