import { compileJourney, type StepDocument } from '#app/domain';
import { stepKinds } from './registry.js';

function faultsOf(kind: string, settings: StepDocument['settings']): string[] {
  const compiled = compileJourney(
    {
      key: 'test',
      title: 'Test',
      class: 'service',
      trigger: { event: 'order.placed' },
      entry: { key: 'order.id', reentry: 'never' },
      exitOn: [],
      settings: {},
      steps: [{ id: 'step', kind, settings }],
      templates: { hello: { en: { subject: 'Hello', mjml: 'Hello' } } },
    },
    stepKinds,
  );
  return 'faults' in compiled ? compiled.faults.map(({ pointer, message }) => `${pointer}: ${message}`) : [];
}

describe('faults of settings', () => {
  it.each<[string, StepDocument['settings'], string[]]>([
    ['wait', { for: '3 days' }, ['/for: Write an ISO 8601 duration, e.g. PT72H for 72 hours or P3D for three days.']],
    ['wait', { for: 'P3D', till: 'x' }, ['/till: "till" is not known here; remove it or correct its name.']],
    [
      'wait',
      { until: 'order.promisedDate', at: 'noon' },
      ['/at: Write start-of-day, end-of-day or a time such as 09:00.'],
    ],
    ['wait', { window: { from: '9', to: '19:00' } }, ['/window/from: Write a time of day such as 09:00.']],
    ['wait', {}, [': Write one of for, businessDays, until or window.']],
    ['wait', { until: 'order.promised' }, ['/until: order.promised: did you mean order.promisedDate?']],
    ['send', { template: 'hello', channels: ['fax'] }, ['/channels/0: Write email, sms or whatsapp.']],
    [
      'branch',
      { cases: [{ when: 'order.gift', goto: 'end' }] },
      ['/cases/0/when: order.gift: did you mean order.isGift?'],
    ],
    [
      'wait-for',
      { events: [{ event: 'survey.answered', where: 'event.data.scor < 3' }], timeout: 'P1D' },
      ['/events/0/where: event.data.scor: did you mean event.data.score?'],
    ],
    [
      'wait-for',
      { events: [{ event: 'order.paid', goto: 'nowhere' }], timeout: 'P1D' },
      [': There is no step "nowhere": write the id of a step, or end.'],
    ],
    [
      'split',
      {
        arms: [
          { arm: 'a', weight: 1, goto: 'stepp' },
          { arm: 'b', weight: 1 },
        ],
      },
      [': There is no step "stepp": did you mean step?'],
    ],
    ['split', { arms: [{ arm: 'a', weight: 1 }] }, ['/arms: Write at least two arms.']],
    ['hold-out', { percent: 110 }, ['/percent: Write a percentage from 0 to 100.']],
    ['set-attribute', { attribute: 'x', from: 'order.totl' }, ['/from: order.totl: did you mean order.total?']],
    ['tag', { add: ['a'], remove: ['a'] }, [': Name each tag once.']],
    ['award-points', { points: 'order.totl.amount', reason: 'x' }, ['/points: order.totl: did you mean order.total?']],
    ['promise', { what: 'x', due: 'order.promised' }, ['/due: order.promised: did you mean order.promisedDate?']],
    ['call-webhook', { url: 'http://shop.example/' }, ['/url: Write an address that begins with https://.']],
    [
      'call-webhook',
      { url: 'https://shop.example/', payload: { a: 'ordr.id' } },
      ['/payload/a: ordr: did you mean order?'],
    ],
    ['start-journey', { journey: 'test' }, [': "test" is this journey; name another one, or lead back with next.']],
    ['stop-journey', { journey: 'test' }, [': "test" is this journey; name another one, or lead back with next.']],
    [
      'wait-for',
      { events: ['order.eaten'], timeout: 'P1D' },
      ['/events/0: "order.eaten" is no event; write e.g. order.placed.'],
    ],
  ])('%s %j: %j', (kind, settings, faults) => {
    expect(faultsOf(kind, settings)).toEqual(faults.map((fault) => `/steps/0/settings${fault}`));
  });
});
